package lib.secrets_test

import data.lib.secrets

_none := [
	["hosts", "a.example.com:5432:tasks:app:hunter2"],
	["pgpass", "# host:port:database:user:password"],
	["pgpass", "db:5432:tasks:app:${DB_PASSWORD}"],
	["pgpassfile", "/etc/db/pgpass"],
	[".netrc", "machine git.example.com login ci password $GIT_PASSWORD"],
	["", "The machine asks for a password twice."],
	[".npmrc", "//registry.example.com/:_auth=${NPM_AUTH}"],
	[".npmrc", "always_auth=true"],
	["password", "24h"],
	["clientSecret", "$oidc.example.clientSecret"],
	["clientSecret", "$dex.github.clientSecret"],
	["clientSecret", "$oidc.auth0.clientSecret"],
	["clientSecret", "$my-secret:oidc.clientSecret"],
	["clientSecret", "$my-secret-v2:oidc.k8s.client_secret"],
	["clientSecret", "$oidc-k8s:secret"],
	["webhook_secret", "$webhook.github.secret"],
	["token", "$slack-token"],
	["password", "$email-password"],
	["oidc.config", "name: SSO\nclientID: argo\nclientSecret: $oidc.example.clientSecret\n"],
	["oidc.config", "name: SSO\nclientID: argo\nclientSecret: '$my-secret:oidc.clientSecret'\n"],
	["password", "128Mi"],
	["password", "12"],
	["password", "ab"],
	["password", "Password:"],
	["password", "first line\nsecond line"],
	["password", "%s"],
	["password", "{password}"],
	["password", "@db.password@"],
	["password", "%DB_PASSWORD%"],
	["password", "*db-password"],
	["password", "!vault db"],
	["password", "C:\\secrets\\db"],
	["password", "./secrets/db"],
	["password", "ENC[AES256_GCM,data:p673w==]"],
	["password", "replace-me-please"],
	["password", "xxxxx"],
	["password", null],
	["password", ["hunter2"]],
	["password_policy", "Zk8h7i1q3m5n7"],
	["compass", "hunter2"],
	["token", "ab12c"],
	["token", "two words 12"],
	["token", "1234567890"],
	["token", "process.env.TOKEN"],
	["token", "${TOKEN}4f9d2c7b8e"],
	["apiKey", "Password"],
	["accessKey", "minio"],
	["secret", "ab12c3"],
	["secret", "Two words 1a2b3c"],
	["secret", "${SECRET}4f9d2c7b8e"],
	["checksum/token", "4f9d2c7b8e1a4f9d2c7b8e1a"],
	["", "sk-ant-api03-short"],
	["", "AKIAIOSFODNN7"],
	["", "Authorization: Basic authentication"],
	["", "Authorization: Bearer YOUR_TOKEN_HERE"],
	["", "Authorization: Bearer xxxxxxxxxxxxxxxx"],
	["", "Authorization: Bearer placeholder-12"],
	["", `{"auth": "aGVsbG8gd29ybGQ="}`],
	["", `{"auth": "dXNlcjo="}`],
	["", "curl -u app:<password> https://example.com"],
	["", "mysql -p$PASSWORD"],
	["", "https://app:{{password}}@example.com"],
	["", "https://example.com:8443/a@b"],
	["a.py", `login(password="word")`],
	["a.py", `password = secret_value1`],
	["a.conf", "password = read(1)"],
	["a.yaml", "password: [a1, b2]"],
	["a.conf", "password == hunter2"],
]

_one := [
	["password", "$ecr3tP@ss!", "a password"],
	["clientSecret", "$ecr3t.P4ss.w0rd", "an API key or token"],
	["clientSecret", "$oidc.4f9d2c7b8e1a", "an API key or token"],
	["clientSecret", "$my-secret:4f9d2c7b8e1a", "an API key or token"],
	["clientSecret", "$my-secret:oidc:4f9d2c", "an API key or token"],
	["clientSecret", "oidc.example.client9Secret", "an API key or token"],
	["password", "$Winter-Sale24", "a password"],
	["password", "$oidc.example.clientSecret!", "a password"],
	["oidc.config", "clientSecret: $ecr3tP@ss!\n", "an API key or token (clientSecret)"],
	["password", "a_1", "a password"],
	["password", "p@ss(w0rd)", "a password"],
	["password", "1234", "a password"],
	["password", "EXAMPLE-hunter2", "a password"],
	["userPassword1", "hunter2", "a password"],
	["PGPASSWORD", "hunter2", "a password"],
	["smtp_pass", "hunter2", "a password"],
	["APIKey", "4f9d2c", "an API key or token"],
	["SECRETACCESSKEY", "minio123", "an API key or token"],
	["credentials", "4f9d2c7b8e1a", "a credential"],
	["", "Server=db;User Id=app;Password=hunter2;", "a password (Password)"],
	["", "https://example.com/login?user=app&password=hunter2", "a password (password)"],
	["", "redis://:hunter2@cache:6379/0", "a password in a URL"],
	["", "Authorization: Bearer 4f9d2c7b8e1a", "a login in an Authorization header"],
	["", `"Authorization": "Token 4f9d2c7b8e1a"`, "a login in an Authorization header"],
	["pgpass", "db.example.com:5432:tasks:app:hunter2", "a password for PostgreSQL"],
	[".pgpass", "# comment\n*:*:*:app:hun\\:ter2\n", "a password for PostgreSQL"],
	[".netrc", "machine git.example.com\nlogin ci\npassword hunter2\n", "a login of a .netrc"],
	["", "default login ci password hunter2", "a login of a .netrc"],
	[".npmrc", "//registry.example.com/:_auth=Y2k6aHVudGVyMg==", "a registry login"],
	["", "_auth = Y2k6aHVudGVyMg==", "a registry login"],
	["", "sshpass -p hunter2 ssh app@example.com", "a password on a command line"],
	["", "mysqldump -u root -phunter2 tasks", "a password on a command line"],
	["", "ALTER ROLE app WITH ENCRYPTED PASSWORD 'hunter2'", "a password in SQL"],
	["a.py", `password = "hunter2"`, "a password (password)"],
	["a.conf", `password = "p@ss(w0rd)"`, "a password (password)"],
	["a.npmrc", "//registry.npmjs.org/:_authToken=4f9d2c7b8e1a", "an API key or token (//registry.npmjs.org/:_authToken)"],
]

test_none if {
	found := [[name, value, kinds] | some [name, value] in _none; kinds := secrets.of(name, value); kinds != []]
	found == []
}

test_one if {
	found := [[name, value, kinds] |
		some [name, value, kind] in _one
		kinds := secrets.of(name, value)
		kinds != [kind]
	]
	found == []
}

# What is found must not be missed by the quick look at many texts.
test_may_be_among if {
	missed := [value |
		some [name, value, _] in _one
		not secrets.may_be_among({"env": [{"name": "A", "value": "b"}, {"name": name, "value": value}]})
	]
	missed == []
	every value in [base64.encode("password: hunter2"), "ghp_0123456789abcdefghijABCDEFGHIJ012345"] {
		secrets.may_be_among({"a": value})
		secrets.may_be_among(["a", value])
	}
	every harmless in ["an escaped \" 123456", "a text of many letters."] {
		not secrets.may_be_among({"a": harmless})
	}
	not secrets.may_be_among({"a name of many letters": "x"})
}

# What is found must not be missed by the quick look at a container either; a command line can be base64 as a whole.
test_may_be_in_container if {
	missed := [value |
		some [name, value, _] in _one
		not secrets.may_be_in_container(json.marshal({"env": [{"name": "A", "value": "b"}, {"name": name, "value": value}]}))
	]
	missed == []
	text := base64.encode("password: hunter2")
	every fields in [
		{"env": [{"name": "A", "value": text}]},
		{"env": [{"name": "A", "unknown": "x", "value": text}]},
		{"args": ["serve", text]},
		{"script": text, "source": "x"},
		{"source": text},
		{"args": ["cGFzc3dvcmQ6", "IGh1bnRlcjI="]},
		{"args": ["IGh1bnRlcjI="], "command": ["cGFzc3dvcmQ6"]},
		{"livenessProbe": {"exec": {"command": ["cGFzc3dvcmQ6", "IGh1bnRl", "cjI="]}}},
	] {
		secrets.may_be_in_container(json.marshal(fields))
	}
	every fields in [
		{"env": [{"name": "A_NAME_OF_MANY_LETTERS", "value": "x"}]},
		{"env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "A", "valueFrom": {"secretKeyRef": {"key": "token", "name": "s"}}}]},
		{"args": ["serve", "--log=info"], "command": ["/bin/server"]},
		{"livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}},
	] {
		not secrets.may_be_in_container(json.marshal(fields))
	}
}

# The hints are looked for in one pass, in texts of every length.
test_hints if {
	long := concat("", [" " | some _ in numbers.range(1, 300)])
	every text in ["ghp_0123456789abcdefghijABCDEFGHIJ012345", "sha256~0123456789abcdefghijABCDEFGHIJ0123456789abc"] {
		count(secrets.of("", text)) == 1
		count(secrets.of("", concat("", [long, text]))) == 1
	}
	secrets.of("", "xapp-1-A1-22-ab") == ["a Slack token"]
	secrets.of("", "-----BEGIN PRIVATE KEY-----\nMIIE") == ["a PEM private key"]
}

test_stands_for_another if {
	every text in ["${KEY}", "$(KEY)", "<path:secret/data/a#key>", "<base64-key>", "ENC[AES256_GCM,data:x,iv:y]", base64.encode("${KEY}")] {
		secrets.stands_for_another(text)
	}
	every text in ["", "hunter2", "$KEY", "<KEY>", base64.encode("hunter2")] {
		not secrets.stands_for_another(text)
	}
}

test_of_binary if {
	secrets.of_binary("keystore.jks", "/u3+7Q==") == ["a key store"]
	secrets.of_binary("cacerts-keystore.jks", "/u3+7Q==") == []
	secrets.of_binary("keystore.jks", 7) == []
}

test_of_metadata if {
	secrets.of_metadata("example.com/api-secret", "4f9d2c7b8e1a") == []
	secrets.of_metadata("example.com/api-token", "4f9d2c7b8e1a") == ["an API key or token"]
}

test_hints if {
	secrets._hints == [hint | some format in secrets._formats; some hint in format.hints]
}
