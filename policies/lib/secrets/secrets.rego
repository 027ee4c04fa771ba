# METADATA
# title: Credentials in clear text
# description: |
#   Tells whether a text holds a credential, and of which kind, with few false alarms: tokens are known by the formats
#   that their issuers document, other credentials by the name that a literal value is assigned to. References,
#   templates, placeholders, file paths, names of objects and the like are no credentials. What is found is described,
#   never shown.
package lib.secrets

# METADATA
# description: |
#   The kinds of credentials in a text that stands under a name (an environment variable, a key of a ConfigMap, an
#   annotation), sorted; [] if there are none. The name may be "". Numbers are read as text, other values hold nothing.
of(name, value) := kinds if kinds := found(name, value)

else := []

# METADATA
# description: Like `of`, but undefined if there are none.
found(name, value) := kinds if {
	may_be_in_json(json.marshal([name, value]))
	kinds := _kinds(name, text_of(value))
	kinds != []
}

_kinds(name, text) := sort(union({
	_in_formats(text), _in_base64(text), _under_name(name, text), _in_lines(name, text),
})) if {
	glob.match(_any_word, null, lower(json.marshal([name, text])))
} else := sort(_in_formats(text) | _in_whole_base64(text))

# METADATA
# description: The kinds of credentials in a value of binaryData, which is base64.
of_binary(name, value) := sort({kind | some kind in of(name, _base64_decoded(value))} | {"a key store" |
	is_string(name)
	regex.match(`(?i)(?:keystore|\.p12$|\.pfx$|\.jks$)`, name)
	not regex.match(`(?i)trust|ca-?cert`, name)
	regex.match(`^(?:/u3\+7Q|MI[IJKL].{2}[AQgw]IBAzCC)`, value)
}) if {
	is_string(value)
} else := []

# METADATA
# description: The kinds of credentials in the value of a label or annotation. Keys in "-secret" name Secrets.
of_metadata(key, value) := kinds if kinds := found_in_metadata(key, value)

else := []

# METADATA
# description: Like `of_metadata`, but undefined if there are none.
found_in_metadata(key, value) := kinds if {
	may_be_in_json(json.marshal([key, value]))
	kinds := _kinds(_name_of_key(key), text_of(value))
	kinds != []
}

_name_of_key(key) := "" if {
	is_string(key)
	regex.match(`(?i)secrets?$`, key)
} else := key

# METADATA
# description: |
#   A quick look at many texts at once, in an object or list that holds them: if false, there are no credentials in any
#   of them.
may_be_among(thing) if may_be_in_json(json.marshal(thing))

# METADATA
# description: |
#   The same by the JSON of the texts: a credential has a word or a hint, or is base64 as a whole. What a colon follows
#   is a key.
may_be_in_json(text) if glob.match(_any_word_or_hint, null, lower(text))

may_be_in_json(text) if regex.match(`"[\w+/-](?:[\w+/ -]|\\\w){14,}={0,2}(?: |\\\w)*"[,\]}]`, text)

# METADATA
# description: |
#   The same by the JSON of a container's fields, whose words are also read as one line. Names of what a variable refers
#   to don't count, nor can a variable's name be base64.
may_be_in_container(text) if {
	glob.match(_any_word_or_hint, null, lower(text))
	bare := regex.replace(text, `\{"name":"[^"]*","valueFrom":\{"[A-Za-z]*Ref":\{[^{}]*\}\}\}`, "")
	glob.match(_any_word_or_hint, null, lower(bare))
}

may_be_in_container(text) if {
	# The first begins with a quotation mark, so that it is tried there alone.
	regex.match(`"[\w+/-](?:[\w+/ -]|\\\w){14,}={0,2}(?: |\\\w)*"[,\]}]`, text)
	regex.match(`(?:[\[,]|[^e]":|[^m]e":)"[\w+/-](?:[\w+/ -]|\\\w){14,}={0,2}(?: |\\\w)*"[,\]}]`, text)
}

# Two words or more, in one list or in those of args and command.
may_be_in_container(text) if {
	regex.match(`\[[\w+/ \\",-]*(?:,|={0,2}(?: |\\\w)*"?\],"command":\[)[\w+/ \\",-]*={0,2}(?: |\\\w)*"?\]`, text)
}

# Globs of alternatives are by far the quickest way to look for many words.
_any_of(words) := concat("", ["{*", concat("*,*", words), "*}"])

_has_word(text) if glob.match(_any_word, null, lower(text))

_any_word := _any_of(_words)

_any_word_or_hint := lower(_any_of(array.concat(_words, _hints)))

# METADATA
# description: The kind of credential that a literal value under a name is; undefined if it is none.
credential(name, value) := kind if {
	is_string(name)
	_is_wordy(lower(name))
	words := _words_of(name)
	not regex.match(`(?:^|_)(?:checksum|sha1|sha256|md5|digest|fingerprint)_`, words)
	kind := _kind_of_name(words)
	_is_literal(kind, trim_space(text_of(value)))
}

# METADATA
# description: Whether a name is that of a credential, whatever its value.
is_name(name) if {
	is_string(name)
	_is_wordy(lower(name))
	_ = _kind_of_name(_words_of(name))
}

# METADATA
# description: |
#   The name and the text under which the value of an HTTP header is judged, as {"name", "value"}: an Authorization
#   header with its name if it has a scheme (Basic, Bearer), as a token if it has none.
header(name, value) := {"name": "", "value": $"Authorization: {value}"} if {
	_is_authorization(name)
	contains(value, " ")
} else := {"name": "token", "value": value} if {
	_is_authorization(name)
} else := {"name": name, "value": value}

_is_authorization(name) if lower(name) in {"authorization", "proxy-authorization"}

# METADATA
# description: Several kinds as part of a sentence.
list(kinds) := concat(" and ", kinds)

# METADATA
# description: |
#   Whether a text holds no credential but stands for one: encrypted by SOPS, or a reference to be filled in, also in
#   base64.
stands_for_another(text) if regex.match(`^ENC\[AES256_GCM,data:[^\]]*\]$`, text)

stands_for_another(text) if regex.match(_reference, text)

stands_for_another(text) if {
	base64.is_valid(text)
	regex.match(_reference, base64.decode(text))
}

_reference := `^\s*(?:\$\{[A-Za-z_][\w.-]*\}|\$\([A-Za-z_]\w*\)|<path:[^>\s]+>|<[a-z][\w-]*>)\s*$`

# METADATA
# description: A string or number as text.
text_of(value) := value if is_string(value)

else := $"{value}" if is_number(value)

# What every credential has one of, in lower case, but for tokens with a long run of letters and digits.
_words := [
	"pass", "pwd", "_pw", "-pw", "secret", "token", "key", "cred", "auth", "@", "curl", "mysql", "redis-cli",
	"identified", "ls0tls1", "tfmwdext", "atatt3", "dp.pt.", "dp.st.", "eyj", "glc_", "pscale_", "q~", "whsec_", "xapp-",
]

# Known formats

_in_formats(text) := {format.kind |
	some format in _formats
	some hint in format.hints
	contains(text, hint)
	some found in regex.find_n(format.pattern, text, -1)
	not _is_dummy(found)
} if {
	glob.match(_any_hint, null, text)
} else := set()

_any_hint := _any_of(_hints)

# The hints of all formats, written out, for to gather them takes longer than to judge most objects.
_hints := [
	"PRIVATE KEY", "AGE-SECRET-KEY-1", "AKIA", "ASIA", "ABIA", "ACCA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
	"github_pat_", "glpat-", "gldt-", "glptt-", "glrt-", "glcbt-", "glsoat-", "glagent-", "gloas-",
	"GR1348941", "xox", "xapp-", "hooks.slack.com", "/api/webhooks/", "k_live_", "k_test_", "whsec_", "AIza",
	"GOCSPX-", "ya29.", "npm_", "pypi-", "rubygems_", "dckr_", "hf_", "sk-ant-", "T3BlbkFJ", "sk-proj-",
	"sk-svcacct-", "sk-admin-", "gsk_", "SG.", "hvs.", "hvb.", "hvr.", "atlasv1", "dapi", "shpat_", "shpca_",
	"shppa_", "shpss_", "glsa_", "glc_", "NRAK-", "dp.pt.", "dp.st.", "lin_api_", "pul-", "PMAK-", "pscale_",
	"dop_v1_", "doo_v1_", "dor_v1_", "AKCp", "ATATT3", "sha256~", ":AA", "Q~", "AccountKey=",
	"SharedAccessKey=", "eyJ",
]

# A token whose random part is a row of one letter stands for a token.
_is_dummy(token) if regex.match(`[xX]{8}|\*{4}|\.{3}`, token)

_formats := [
	{
		"kind": "a PEM private key",
		"hints": ["PRIVATE KEY"],
		"pattern": `-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\r|\\n)+[A-Za-z0-9+/]{4}`,
	},
	{"kind": "an age secret key", "hints": ["AGE-SECRET-KEY-1"], "pattern": `AGE-SECRET-KEY-1[A-Z0-9]{58}`},
	{
		"kind": "an AWS access key ID",
		"hints": ["AKIA", "ASIA", "ABIA", "ACCA"],
		"pattern": `\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`,
	},
	{
		"kind": "a GitHub token",
		"hints": ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
		"pattern": `\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,})\b`,
	},
	{
		"kind": "a GitLab token",
		"hints": ["glpat-", "gldt-", "glptt-", "glrt-", "glcbt-", "glsoat-", "glagent-", "gloas-", "GR1348941"],
		"pattern": `\b(?:gl(?:pat|dt|ptt|rt|cbt|soat|agent|oas)-[\w-]{20,}|GR1348941[\w-]{20})`,
	},
	{
		"kind": "a Slack token",
		"hints": ["xox", "xapp-"],
		"pattern": `\b(?:xox[abceoprs]-\d[A-Za-z0-9-]{14,}|xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+)`,
	},
	{
		"kind": "a Slack webhook",
		"hints": ["hooks.slack.com"],
		"pattern": `\bhooks\.slack\.com/(?:services|workflows|triggers)/\w{8,}/\w{8,}/\w{16,}`,
	},
	{
		"kind": "a Discord webhook",
		"hints": ["/api/webhooks/"],
		"pattern": `\bdiscord(?:app)?\.com/api/webhooks/\d{16,20}/[\w-]{60,}`,
	},
	{
		"kind": "a Stripe key",
		"hints": ["k_live_", "k_test_", "whsec_"],
		"pattern": `\b(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{32,})`,
	},
	{"kind": "a Google API key", "hints": ["AIza"], "pattern": `\bAIza[\w-]{35}`},
	{
		"kind": "a Google OAuth credential",
		"hints": ["GOCSPX-", "ya29."],
		"pattern": `\b(?:GOCSPX-[\w-]{28}|ya29\.[\w-]{50,})`,
	},
	{"kind": "an npm token", "hints": ["npm_"], "pattern": `\bnpm_[A-Za-z0-9]{36}\b`},
	{"kind": "a PyPI token", "hints": ["pypi-"], "pattern": `\bpypi-AgE[\w-]{50,}`},
	{"kind": "a RubyGems token", "hints": ["rubygems_"], "pattern": `\brubygems_[a-f0-9]{48}\b`},
	{"kind": "a Docker Hub token", "hints": ["dckr_"], "pattern": `\bdckr_[op]at_[\w-]{27,}`},
	{"kind": "a Hugging Face token", "hints": ["hf_"], "pattern": `\bhf_[A-Za-z0-9]{34,}\b`},
	{"kind": "an Anthropic API key", "hints": ["sk-ant-"], "pattern": `\bsk-ant-[a-z]{3,5}\d{2}-[\w-]{80,}`},
	{
		"kind": "an OpenAI API key",
		"hints": ["T3BlbkFJ", "sk-proj-", "sk-svcacct-", "sk-admin-"],
		"pattern": `\bsk-(?:(?:proj|svcacct|admin)-[\w-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})`,
	},
	{"kind": "a Groq API key", "hints": ["gsk_"], "pattern": `\bgsk_[A-Za-z0-9]{52}\b`},
	{"kind": "a SendGrid API key", "hints": ["SG."], "pattern": `\bSG\.[\w-]{22}\.[\w-]{43}`},
	{"kind": "a Vault token", "hints": ["hvs.", "hvb.", "hvr."], "pattern": `\bhv[sbr]\.[\w-]{24,}`},
	{"kind": "a Terraform Cloud token", "hints": ["atlasv1"], "pattern": `\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}`},
	{"kind": "a Databricks token", "hints": ["dapi"], "pattern": `\bdapi[a-f0-9]{32}\b`},
	{
		"kind": "a Shopify token",
		"hints": ["shpat_", "shpca_", "shppa_", "shpss_"],
		"pattern": `\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b`,
	},
	{
		"kind": "a Grafana token",
		"hints": ["glsa_", "glc_"],
		"pattern": `\b(?:glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}|glc_[A-Za-z0-9+/]{32,})`,
	},
	{"kind": "a New Relic API key", "hints": ["NRAK-"], "pattern": `\bNRAK-[A-Z0-9]{27}\b`},
	{"kind": "a Doppler token", "hints": ["dp.pt.", "dp.st."], "pattern": `\bdp\.[ps]t\.[\w.-]{40,}`},
	{"kind": "a Linear API key", "hints": ["lin_api_"], "pattern": `\blin_api_[A-Za-z0-9]{40}\b`},
	{"kind": "a Pulumi token", "hints": ["pul-"], "pattern": `\bpul-[a-f0-9]{40}\b`},
	{"kind": "a Postman API key", "hints": ["PMAK-"], "pattern": `\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b`},
	{"kind": "a PlanetScale credential", "hints": ["pscale_"], "pattern": `\bpscale_(?:tkn|oauth|pw)_[\w.=-]{32,}`},
	{
		"kind": "a DigitalOcean token",
		"hints": ["dop_v1_", "doo_v1_", "dor_v1_"],
		"pattern": `\bdo[opr]_v1_[a-f0-9]{64}\b`,
	},
	{"kind": "an Artifactory API key", "hints": ["AKCp"], "pattern": `\bAKCp[A-Za-z0-9]{69}\b`},
	{"kind": "an Atlassian API token", "hints": ["ATATT3"], "pattern": `\bATATT3[\w=-]{100,}`},
	{"kind": "an OpenShift token", "hints": ["sha256~"], "pattern": `\bsha256~[\w-]{43}`},
	{"kind": "a Telegram bot token", "hints": [":AA"], "pattern": `\b\d{8,10}:AA[\w-]{33}\b`},
	{
		"kind": "an Azure client secret",
		"hints": ["Q~"],
		"pattern": `(?:^|[^\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?:$|[^\w~.-])`,
	},
	{
		"kind": "an Azure access key",
		"hints": ["AccountKey=", "SharedAccessKey="],
		"pattern": `\b(?:AccountKey=[A-Za-z0-9+/]{86}==|SharedAccessKey=[A-Za-z0-9+/]{43}=)`,
	},
	{
		"kind": "a JSON Web Token",
		"hints": ["eyJ"],
		"pattern": `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
	},
]

# base64 of a text, once or twice: as the whole, or of a PEM block within

_in_whole_base64(text) := _in_decoded(_base64_decoded(text)) if _is_base64(text)

else := set()

_in_base64(text) := _in_decoded(_base64_decoded(text)) if {
	_is_base64(text)
} else := {kind |
	some prefix in ["LS0tLS1CRUdJTi", "TFMwdExTMUNSVWRKVG"]
	some block in regex.find_n($"{prefix}[A-Za-z0-9+/]+", text, -1)
	some kind in _in_decoded(_base64_decoded(block))
} if {
	glob.match("{*LS0tLS1CRUdJTi*,*TFMwdExTMUNSVWRKVG*}", null, text)
} else := set()

# What most names and paths decode to holds nothing.
_in_decoded(text) := {$"{kind} (base64)" | some kind in _in_plain(text)} | {$"{kind} (base64 twice)" |
	some kind in _in_plain(_base64_decoded(text))
} if {
	regex.match(`^[A-Za-z0-9+/\s]{16,}={0,2}\s*$`, text)
} else := {$"{kind} (base64)" | some kind in _in_plain(text)} if {
	glob.match(_any_word_or_hint, null, lower(text))
} else := set()

_in_plain(text) := _in_formats(text) | _in_lines("", text) if _has_word(text)

else := _in_formats(text)

# METADATA
# description: Whether a text can be base64 as a whole.
is_base64(text) if {
	is_string(text)
	_is_base64(text)
}

_is_base64(text) if {
	regex.match(`^[A-Za-z0-9+/_-][A-Za-z0-9+/_\s-]{14,}={0,2}\s*$`, text)
	count(text) > 15
}

# The decoded text; "" for what is no base64. Padding may lack, the alphabet may be that of URLs.
_base64_decoded(text) := base64url.decode(bare) if {
	bare := trim_right(replace(replace(regex.replace(text, `[\n\r\t ]+`, ""), "+", "-"), "/", "_"), "=")
	regex.match(`^(?:[\w-]{4})*(?:[\w-]{2,3})?$`, bare)
} else := ""

# A literal value under a telling name

_under_name(name, text) := {kind |
	name != ""
	kind := credential(name, text)
	not contains(trim_space(text), "\n")
}

# Whether a name or text, in lower case, can name a credential.
_is_wordy(lowered) if glob.match("{*pass*,*pwd*,*secret*,*token*,*key*,*cred*,*_pw*,*masterauth*}", null, lowered)

# The words of a name in lower case, joined by "_": dbPassword2, DB-PASSWORD and db.password are db_password.
_words_of(name) := trim(
	regex.replace(
		regex.replace(
			lower(regex.replace(regex.replace(name, `([a-z0-9])([A-Z])`, "${1}_$2"), `([A-Z])([A-Z][a-z])`, "${1}_$2")),
			`[^a-z0-9]+`,
			"_",
		),
		`_?[0-9]+$`,
		"",
	),
	"_",
)

_kind_of_name(words) := "a password" if {
	regex.match(`(?:password|passwd|passphrase|passwort)$|[a-z0-9]_(?:pass|pwd|pw)$|^(?:requirepass|masterauth)$`, words)
} else := "an API key or token" if {
	regex.match(
		concat("", [
			`(?:^|_)(?:[a-z0-9_]*(?:api|secret|private|signing|encryption|master|account|storage|hmac|shared_access)_?key`,
			`|secret_?access_?key|[a-z0-9_]*token`,
			`|[a-z0-9_]*(?:client|api|app|jwt|cookie|session|webhook|shared|consumer|oauth|token|signing)_?secret)$`,
		]),
		words,
	)
} else := "a credential" if {
	regex.match(`(?:^|_)(?:secret|secret_value|credentials?|access_?key)$`, words)
}

_is_literal("a password", value) if {
	count(value) > 2
	not regex.match(`^\d{1,3}$|^\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d|w|y|%|[kKMG]i?B?)$|^Passwor[dt]:?$`, value)
	not _is_no_secret(value)
}

# The names of Secrets, keys and variables stand where a key or token could.
_is_literal("an API key or token", value) if {
	count(value) > 5
	not regex.match(`\s|^[\d.,]+[a-z%]?$|^[a-z]+(?:[-_.][a-z]+)+$|^[A-Za-z]+(?:\.[A-Za-z]+)+$`, value)
	not lower(value) in _field_names
	not _is_no_secret(value)
}

_is_literal("a credential", value) if {
	count(value) > 7
	not regex.match(`\s|^[\d.,]+[a-z%]?$|^[A-Za-z]+\d{0,3}(?:[-_./:][A-Za-z]*\d{0,3})*$`, value)
	not _is_no_secret(value)
}

_field_names := {
	"accesskey", "api_key", "apikey", "authorization", "bearer", "clientsecret", "client_secret", "header", "password",
	"private_key", "privatekey", "random", "secret", "secretkey", "secret_key", "token", "username",
}

_is_no_secret(value) if regex.match(_references, value)

_is_no_secret(value) if regex.match(_paths, value)

_is_no_secret(value) if regex.match(_placeholders, lower(value))

_references := concat("|", [
	`\$[({]`, `\{\{`, `<%`, `#\{`, `%\(`, `://`, `^\$[A-Za-z_]\w*$`, `^\$[0-9@#*]$`, `^%\w+%$`, `^@.*@$`, `^![A-Za-z]`,
	`^\*[\w-]+$`, `^&\w`, `^__\w+__$`,
	`^(?i:vault|secret|secretref|env|file|ref\+\w+|op|aws\w*|azure\w*|gcp\w*|kms|ssm|arn|enc|sops|os|process|keyring):`,
	`^(?:ENC\[|os\.|process\.|System\.|projects/)`, `^[A-Z0-9_]*(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)$`,
	`^%\w$`, `^\{\w*\}$`, _secret_key,
])

# A key of a Secret as Argo CD writes it: $oidc.example.clientSecret, $my-secret:oidc.clientSecret, $slack-token. Digits
# stand for letters in passwords, but only end a word of a name.
_secret_key := $"^\\$[a-z][a-zA-Z]*[0-9]*(?:[._-]{_word})*(?::{_word}(?:[._-]{_word})*)?$"

_word := `(?:k8s|[a-zA-Z]+[0-9]*)`

_paths := concat("|", [
	`^(?:~|\.{1,2})?/[\w./@ -]*$`, `^[A-Za-z]:\\`, `^[a-z][a-z0-9._-]*(?:/[a-z0-9._-]+)+$`,
	`^[\w.-]+\.(?:key|pem|crt|cer|json|ya?ml|txt|p12|pfx|jks|conf|cfg|ini|env|pub|properties|go|py|js|sh)$`,
])

_placeholders := concat("", [
	`^(?:`,
	`<.*|\[.*\]|\(.*\)|x{3,}|\*{2,}|\.{2,}|-+|_+|\?+|[|>][-+]?`,
	`|true|false|yes|no|on|off|enabled?|disabled?|none|null|nil|undefined|unset|n/?a|required|optional|string|str`,
	`|integer|number|bool|boolean|object|bytes|todo|tbd|fixme|redacted|masked|omitted|placeholder|dummy|sample|example`,
	`|change[-_. ]?(?:me|it|this).*|replace[-_. ]?(?:me|this|it|with).*|to[-_. ]?be[-_. ].*|fill[-_. ]?(?:me|in).*`,
	`|(?:your|insert|enter|put|provide|set|use)[-_. ].*|your(?:password|secret|token|api|key|pass).*|.*[-_ ]here`,
	`|.*(?:placeholder|redacted|x{8}).*`,
	`)$`,
])

# Assignments in files, scripts and arguments

_in_lines(name, text) := union({
	_assigned(name, text), _in_urls(text), _in_logins(text), _in_login_files(name, text), _in_commands(text),
}) if {
	_has_more_than_assignments(name, text)
} else := _assigned(name, text)

# URLs, logins and commands have one of these; most texts have no more than the name of a key, secret or token.
_has_more_than_assignments(_, text) if {
	glob.match("{*@*,*auth*,*curl*,*identified*,*mysql*,*password*,*redis-cli*,*sshpass*}", null, lower(text))
}

_has_more_than_assignments(name, _) if _is_pgpass(name)

_assigned(name, text) := {$"{kind} ({trim_left(key, "-")})" |
	_is_wordy(lower(text))
	code := _is_code(name, text)
	bare := _without_comments(text)
	some assignment in _assignments
	contains(bare, assignment.hint)
	some [_, key, raw] in regex.find_all_string_submatch_n(assignment.pattern, bare, -1)
	kind := _kind_of_name(_words_of(key))
	value := _assigned_value(assignment.quoted, raw)
	not _is_expression(code, value)
	_is_literal(kind, value.text)
}

_assignments := [
	# key: value and key = value, a line each
	{"hint": "", "quoted": false, "pattern": concat("", [
		`(?im)^[ \t]*(?:-[ \t]+)?(?:export[ \t]+|set[ \t]+|env[ \t]+)?["']?`,
		`([\w./:@-]*?(?:pass|pwd|pw|secret|token|key|credential)`,
		`[\w.-]*?)["']?[ \t]*(?::=|=>|=|:)[ \t]*([^\n]*)$`,
	])},
	# "key": "value"
	{"hint": "\"", "quoted": true, "pattern": concat("", [
		`(?i)["']([\w./:@-]*(?:pass|pwd|pw|secret|token|key|credential)[\w.-]*)\\*["']\s*:\s*\\*["']`,
		`([^"'\\\n]*)\\*["']`,
	])},
	# key=value within a line: options, connection strings, queries
	{"hint": "=", "quoted": false, "pattern": concat("", [
		`(?im)(?:^|[\s;,&?"'])-{0,2}([\w.-]*(?:pass|pwd|pw|secret|token|key|credential)[\w.-]*)=`,
		`("[^"\n]*"|'[^'\n]*'|[^\s;,&"')]+)`,
	])},
	# --key value
	{"hint": "--", "quoted": false, "pattern": concat("", [
		`(?i)(?:^|\s)--([\w-]*(?:pass|pwd|secret|token|key|credential)[\w-]*)[ \t]+`,
		`("[^"\n]*"|'[^'\n]*'|[^\s"'-][^\s"']*)`,
	])},
	# {key: value}
	{"hint": "{", "quoted": false, "pattern": concat("", [
		`(?i)[{,][ \t]*([\w.-]*(?:pass|pwd|secret|token|key|credential)[\w.-]*):[ \t]+`,
		`("[^"\n]*"|'[^'\n]*'|[^\s,{}\[\]"']+)[ \t]*[,}]`,
	])},
	# name: key, value: value on the next line, as in a container's env
	{"hint": "value:", "quoted": false, "pattern": concat("", [
		`(?im)\bname:[ \t]*["']?([\w.-]*(?:pass|pwd|pw|secret|token|key|credential)[\w.-]*)["']?[ \t]*\r?\n[ \t]*value:`,
		`[ \t]*([^\n]+)$`,
	])},
	{"hint": "value\"", "quoted": true, "pattern": concat("", [
		`(?i)"name\\*"\s*:\s*\\*"([\w.-]*(?:pass|pwd|pw|secret|token|key|credential)[\w.-]*)\\*"\s*,\s*\\*"value\\*"\s*:`,
		`\s*\\*"([^"\\\n]*)`,
	])},
	# XML
	{"hint": "</", "quoted": true, "pattern": concat("", [
		`(?i)<([\w.:-]*(?:pass|pwd|secret|token|key|credential)[\w.:-]*)>([^<>\n]+)</`,
	])},
	{"hint": "</name>", "quoted": true, "pattern": concat("", [
		`(?i)<name>([\w.:-]*(?:pass|pwd|secret|token|key|credential)[\w.:-]*)</name>\s*<value>([^<>\n]+)</value>`,
	])},
	# Redis
	{"hint": "requirepass", "quoted": false, "pattern": `(?m)^[ \t]*(requirepass)[ \t]+([^\n]*)$`},
	{"hint": "masterauth", "quoted": false, "pattern": `(?m)^[ \t]*(masterauth)[ \t]+([^\n]*)$`},
]

_quoted_text := `^(?:"([^"\n]*)"|'([^'\n]*)')[ \t]*[,;)}\]]*[ \t\r]*(?:(?:#|//)[^\n]*)?$`

_assigned_value(true, raw) := {"quoted": true, "text": trim_space(raw)}

_assigned_value(false, raw) := {"quoted": true, "text": concat("", [groups[1], groups[2]])} if {
	some groups in regex.find_all_string_submatch_n(_quoted_text, trim_space(raw), 1)
} else := {"quoted": false, "text": regex.replace(trim_space(raw), `[ \t]+(?:#|//).*$|[,;]+$`, "")}

# Prose, calls and variables are no literals. In source code only quoted values can be, and words are messages or names.
_is_expression(_, value) if regex.match(`\s|^=`, value.text)

_is_expression(false, value) if {
	not value.quoted
	regex.match(`[()\[\]{}<>|"'\\]`, value.text)
}

_is_expression(true, value) if not value.quoted

_is_expression(true, value) if regex.match(`^[A-Za-z_.:/-]*$`, value.text)

_is_code(name, text) if {
	is_string(name)
	regex.match(
		concat("", [
			`\.(?:py|js|mjs|cjs|ts|jsx|tsx|go|java|kt|rb|lua|groovy|c|cc|cpp|h|cs|php|pl|rs|scala|swift|rego|cue`,
			`|jsonnet|libsonnet|tpl|tmpl|gotmpl|j2|vcl|css|html?|md|rst|ipynb|awk)$`,
		]),
		name,
	)
} else if {
	regex.match(
		`(?m)^(?:import |from \S+ import |def \w+\(|class \w+|package \w+$|func |function |const |let |#include)`,
		text,
	)
} else := false

# Passwords in URLs, headers, registry logins and command lines

_without_comments(text) := regex.replace(text, `(?m)^[ \t]*(?:#|//[ \t]|;|--[ \t])[^\n]*$`, "")

_in_urls(text) := {"a password in a URL" |
	contains(text, "://")
	contains(text, "@")
	some [_, password] in regex.find_all_string_submatch_n(
		`[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@"'<>?#]*:([^/\s@"'<>]+)@`,
		_without_comments(text), -1,
	)
	not _is_no_secret(password)
}

_in_logins(text) := {"a login in an Authorization header" |
	contains(lower(text), "authorization")
	some [_, token] in regex.find_all_string_submatch_n(
		`(?i)authorization\\*["']?[ \t]*[:=,][ \t]*\\*["']?(?:basic|bearer|token|apikey)[ \t]+([A-Za-z0-9+/=._~-]{8,})`,
		_without_comments(text), -1,
	)
	not regex.match(`^(?:[a-z._-]+|[A-Z_]+)$`, token)
	not _is_dummy(token)
	not _is_no_secret(token)
} | {"a registry login" |
	contains(text, "auth")
	some [_, login] in regex.find_all_string_submatch_n(`\\*"auth\\*"\s*:\s*\\*"([A-Za-z0-9+/]{4,}={0,2})`, text, -1)
	regex.match(`^[^:\s]+:.+$`, _base64_decoded(login))
}

# What PostgreSQL, curl and Git, and npm read their logins from: .pgpass, .netrc and .npmrc.
_in_login_files(name, text) := ({"a password for PostgreSQL" |
	_is_pgpass(name)
	some [_, password] in regex.find_all_string_submatch_n(`(?m)^[^#:\n]+:[\d*]+:[^:\n]+:[^:\n]+:([^\n]+)$`, text, -1)
	not _is_no_secret(password)
} | {"a login of a .netrc" |
	contains(text, "password")
	some [_, password] in regex.find_all_string_submatch_n(`(?m)^[ \t]*(?:machine\s+\S+|default)\s+(?:(?:login|account)\s+\S+\s+)*password\s+(\S+)`, text, -1)
	not _is_no_secret(password)
}) | {"a registry login" |
	contains(text, "_auth")
	some [_, login] in regex.find_all_string_submatch_n(`(?m)^[ \t]*(?://\S+:)?_auth[ \t]*=[ \t]*"?([A-Za-z0-9+/]{8,}={0,2})`, text, -1)
	regex.match(`^[^:\s]+:.+$`, _base64_decoded(login))
}

_is_pgpass(name) if {
	is_string(name)
	contains(lower(name), "pgpass")
}

_in_commands(text) := {"a password on a command line" |
	glob.match("{*curl*,*sshpass*,*mysql*,*redis-cli*}", null, text)
	some command in _commands
	contains(text, command.hint)
	some [_, password] in regex.find_all_string_submatch_n(command.pattern, _without_comments(text), -1)
	not regex.match(`^\d{1,5}$`, password)
	not _is_no_secret(password)
} | {"a password in SQL" |
	contains(text, "'")
	some [_, password] in regex.find_all_string_submatch_n(
		`(?i)\b(?:identified[ \t]+by|with(?:[ \t]+encrypted)?[ \t]+password)[ \t]+'([^'\s]+)'`,
		_without_comments(text), -1,
	)
	not _is_no_secret(password)
}

_commands := [
	{"hint": "curl", "pattern": `\bcurl\b[^\n|;]*\s(?:-u|--user)[ =]?["']?[\w.@-]+:([^\s"'$]{3,})`},
	{"hint": "sshpass", "pattern": `\bsshpass[ \t]+-p[ \t]*["']?([^\s"']{3,})`},
	{"hint": "mysql", "pattern": `\bmysql(?:dump|admin|show)?\b[^\n|;]*\s-p["']?([^\s"'$=]{3,})`},
	{"hint": "redis-cli", "pattern": `\bredis-cli\b[^\n|;]*\s-a[ \t]+["']?([^\s"'$]{3,})`},
]
