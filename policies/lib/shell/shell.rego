# METADATA
# title: Scripts of the shell
# description: |
#   The commands of a script of a POSIX shell or bash, as far as a text can tell: lines, continuations, comments, quotes,
#   here documents, `&&`, `||`, `;`, `|`, `&`, compound commands, command substitutions, and the scripts in the arguments of
#   `sh -c` and `eval`. Nothing is expanded.
#
#   What runs for sure, and whose failure ends the script, is told with care: a command in a branch, a loop that may not run, a
#   function, a subshell, a pipeline without pipefail or behind `||`, `&&`, `!` does not count, whatever it does.
package lib.shell

# METADATA
# description: |
#   The commands in their order, each {"words" without quotes, keywords and assignments, "names": these without their
#   folders, "at" its place, "list" of the commands
#   joined by && and ||, "chained": joined by && alone, "stops": its failure ends the script at once, "fails": its failure is
#   the script's, "piped": its output goes to the next command of the list, "redirected": its output goes to a file,
#   "captured": its output goes to where a substitution stands, or with that of a whole group to a file or a command, "fed": the
#   texts of here strings, "assigned": the texts name=value}. Of the script the options errexit and pipefail say how the shell starts.
commands(text, options) := array.concat(outer, inner) if {
	outer := _commands(text, options)
	inner := [object.union(command, {
		"at": parent.at, "list": parent.list, "chained": false, "stops": false, "fails": false, "captured": script.captured,
	}) |
		some parent in outer
		some script in _scripts_in(parent)
		some command in _commands(script.text, options)
	]
}

# METADATA
# description: What is one command as a whole, such as a container's, in the form of `commands`.
whole(words) := {
	"words": words,
	"names": _bases(words),
	"quoted": [],
	"assigned": [],
	"at": 0,
	"list": 0,
	"chained": false,
	"stops": true,
	"fails": true,
	"piped": false,
	"redirected": false,
	"captured": false,
	"fed": [],
}

# METADATA
# description: Whether the failure of one command keeps the other of the same script from running.
guards(first, second) if {
	first.at < second.at
	first.stops
}

guards(first, second) if {
	first.at < second.at
	first.list == second.list
	first.chained
}

# METADATA
# description: The name of the program that a command runs, behind sudo, env, time and the like; undefined if there is none.
program(command) := command.names[i] if {
	i := _program_at(command.words)
} else := command.names[0]

# METADATA
# description: |
#   The arguments with which a command runs a program; undefined if it runs another. The program may be called by a path, by
#   sudo, env, time and the like, and from its container image by docker, podman or nerdctl.
runs(command, program) := array.slice(command.words, i + 1, count(command.words)) if {
	program in command.names
	i := _program_at(command.words)
	command.names[i] == program
} else := array.slice(command.words, j + 1, count(command.words)) if {
	"run" in command.words
	i := _program_at(command.words)
	command.names[i] in {"docker", "podman", "nerdctl"}
	j := min([k | some k, word in command.words; k > i; _image_name(word) == program])
}

# METADATA
# description: |
#   The arguments behind a program's name, wherever the command has it (behind xargs, retry, if); undefined if it has not, or
#   only shows it. Where `runs` must be sure that a program runs, this must not miss it.
mentions(command, program) := array.slice(command.words, i + 1, count(command.words)) if {
	program in command.names
	not _shows(command)
	i := min([k | some k, name in command.names; name == program])
} else := runs(command, program)

# METADATA
# description: The arguments that are no flags, in their order. The values of flags without a "=" are among them.
operands(args) := [arg | some arg in args; not startswith(arg, "-")]

# METADATA
# description: The values of a flag, written as `--flag value` or `--flag=value`, in their order; "" where none follows.
values(args, flags) := [value |
	some i, arg in args
	some flag in flags
	value := _value(args, i, arg, flag)
]

# METADATA
# description: Whether a flag without a value is on (--flag, --flag=true); the last one counts.
on(args, flag) if {
	all := [arg | some arg in args; arg in {flag, $"{flag}=true", $"{flag}=false"}]
	all[count(all) - 1] in {flag, $"{flag}=true"}
}

_value(args, i, arg, flag) := _nth(args, i + 1) if arg == flag

_value(_, _, arg, flag) := trim_prefix(arg, $"{flag}=") if startswith(arg, $"{flag}=")

# What stands before the program itself.
_program_at(words) := min([i | some i, word in words; not _is_wrapper(word)])

_is_wrapper(word) if word in {"sudo", "env", "time", "command", "exec", "nohup", "nice", "timeout"}

_is_wrapper(word) if regex.match(`^(?:-\S*|\d+[smhd]?|\w+\+?=.*)$`, word)

_shows(command) if command.names[0] in {"echo", "printf", "which", "type", "alias", "man", "grep", "hash"}

_shows(command) if array.slice(command.words, 0, 2) == ["command", "-v"]

_bases(words) := words if {
	not contains(concat(" ", words), "/")
} else := [_base(word) | some word in words]

_base(word) := word if not contains(word, "/")

_base(word) := parts[count(parts) - 1] if {
	contains(word, "/")
	parts := split(word, "/")
}

# The last component of an image's repository.
_image_name(word) := regex.replace(_base(word), `[:@].*$`, "") if contains(word, "/")

_image_name(word) := regex.replace(word, `[:@].*$`, "") if not contains(word, "/")

# Command substitutions, and the arguments that a shell runs

_scripts_in(command) := array.concat(
	[{"text": script, "captured": true} |
		some word in command.quoted
		contains(word, "$(")
		not startswith(word, "'")
		some [_, script] in regex.find_all_string_submatch_n(`\$\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)`, word, -1)
	],
	array.concat(
		[{"text": script, "captured": true} |
			some word in command.quoted
			contains(word, "`")
			not startswith(word, "'")
			some [_, script] in regex.find_all_string_submatch_n("`([^`]*)`", word, -1)
		],
		[{"text": word, "captured": false} |
			_runs_text(command.words)
			some word in command.words
			contains(word, " ")
		],
	),
)

_runs_text(words) if {
	some i, word in words
	_base(word) in _shells
	some flag in array.slice(words, i + 1, count(words))
	regex.match(`^-[a-z]*c$`, flag)
}

_runs_text(words) if {
	some word in words
	_base(word) in {"eval", "ssh"}
}

_shells := {"sh", "bash", "dash", "ash", "zsh", "ksh"}

# One script

_commands(text, options) := [command |
	some l, list in lists
	depends := l in conditional
	at := _options_at(settings, options, l)
	some e, element in list.elements
	count(element.words) + count(element.assigned) > 0
	stops := _stops(list, e, depends, at)
	command := {
		"words": element.words,
		"names": _bases(element.words),
		"quoted": element.quoted,
		"assigned": element.assigned,
		"at": (l * 1000) + e,
		"list": l,
		"chained": _is_chained(list),
		"stops": stops,
		"fails": _fails(list, e, depends, l == last, at, stops),
		"piped": _nth(list.joints, e) in {"|", "|&"},
		"redirected": element.redirected,
		"captured": l in caught,
		"fed": element.fed,
	}
] if {
	bare := _without_heredocs(regex.replace(replace(text, "\r\n", "\n"), `\\\n`, " "))

	# A process substitution is a command whose output is captured.
	lists := _lists(_tokens(replace(bare, "<(", "$(")))
	conditional := _conditional(lists)
	caught := _caught(lists)
	settings := _settings(lists)
	last := max(array.concat([-1], [l | some l, list in lists; count(list.elements[0].words) > 0]))
}

# The first that matches counts: space, comments, redirections with their targets, what joins commands, what ends them, words.
_token := concat("|", [
	`[ \t\r\f\v]+`, `#[^\n]*`,
	$`(?:[0-9]*|&)(?:>>|>&|>\||<<<|<<-?|<&|<>|[<>])[ \t]*(?:{_word})?`,
	`(?:&&|\|\||\|&|\|)\s*`, `\n\s*|;;&?|;&|[;&()]`,
	_word, `[\s\S]`,
])

_word := concat("", [
	`(?:"(?:\$\([^()]*\)|\\[\s\S]|[^"\\])*"|'[^']*'|\$\{\{.*?\}\}`,
	`|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$\{[^}]*\}`,
	"|`[^`]*`", `|\\[\s\S]|[^\s"'\\;|&()<>`, "`", `])+`,
])

_tokens(text) := [token |
	some token in regex.find_n(_token, text, -1)
	not regex.match(`^(?:[ \t\r\f\v]|#)`, token)
]

# The commands between what ends one: {"opened" by which token, "closed", "elements", "joints" between these}.
_lists(tokens) := [list |
	ends := [i |
		some i, token in tokens
		trim_space(token) in {"", ";", ";;", ";;&", ";&", "&", "(", ")"}
	]
	stops := array.concat(ends, [count(tokens)])
	some k, start in array.concat([-1], ends)
	list := _list(
		array.slice(tokens, start + 1, stops[k]),
		trim_space(_nth(tokens, start)),
		trim_space(_nth(tokens, stops[k])),
	)
]

# `|| exit 1` and the like are part of how the list fails, and no commands.
_list(tokens, opened, closed) := {"opened": opened, "closed": closed, "elements": elements, "joints": joints, "exits": exits} if {
	cuts := [i |
		some i, token in tokens
		trim_space(token) in {"&&", "||", "|", "|&"}
	]
	stops := array.concat(cuts, [count(tokens)])
	all := [_element(array.slice(tokens, start + 1, stops[k])) | some k, start in array.concat([-1], cuts)]
	all_joints := [trim_space(tokens[i]) | some i in cuts]
	exits := _exits(all, all_joints)
	elements := array.slice(all, 0, count(all) - _as_number(exits))
	joints := array.slice(all_joints, 0, count(elements) - 1)
}

_exits(elements, joints) if {
	joints[count(joints) - 1] == "||"
	regex.match(`^(?:exit [1-9]\d*|return [1-9]\d*|false)$`, concat(" ", elements[count(elements) - 1].words))
} else := false

_as_number(true) := 1

_as_number(false) := 0

_element(tokens) := {
	"keywords": keywords,
	"words": _unquoted_all(words),
	"quoted": quoted,
	"assigned": [_unquoted(word) | some word in array.slice(quoted, 0, skipped); not word in _keywords],
	"redirected": redirected,
	"fed": [regex.replace(token, `^[0-9]*<<<[ \t]*`, "") | some token in redirections; regex.match(`^[0-9]*<<<`, token)],
} if {
	redirections := {token | some token in tokens; regex.match(`^(?:[0-9]*|&)[<>]`, token)}
	quoted := _besides(tokens, redirections)
	redirected := count([token | some token in redirections; regex.match(`^(?:1|&)?>[>|]?[^&]`, token)]) > 0
	skipped := _skipped(quoted)
	words := array.slice(quoted, skipped, count(quoted))
	keywords := {word | some word in array.slice(quoted, 0, skipped + 1)} & (_keywords | {"for", "case", "select", "function"})
}

_besides(tokens, redirections) := tokens if count(redirections) == 0

_besides(tokens, redirections) := [token | some token in tokens; not token in redirections] if count(redirections) > 0

# How many keywords and assignments stand before the first word.
_skipped(quoted) := 0 if {
	not _leads(quoted[0])
	count(quoted) > 0
} else := min(array.concat([i | some i, word in quoted; not _leads(word)], [count(quoted)]))

_keywords := {"if", "then", "else", "elif", "fi", "while", "until", "do", "done", "esac", "{", "}", "!"}

_leads(word) if word in _keywords

_leads(word) if regex.match(`^[A-Za-z_]\w*\+?=`, word)

_nth(list, i) := list[i] if {
	i >= 0
	i < count(list)
} else := ""

_unquoted_all(words) := words if {
	not regex.match(`["'\\]`, concat(" ", words))
} else := [_unquoted(word) | some word in words]

_unquoted(word) := regex.replace(word, `["']|\\([\s\S])`, "${1}")

# What runs for sure

# The numbers of the lists that stand in something that may not run, or whose failure something looks at.
_conditional(lists) := (({l |
	some opens, closes in {"if": "fi", "case": "esac", "{": "}"}
	opened := _with_keyword(lists, {opens})
	count(opened) > 0
	closed := _with_keyword(lists, {closes})
	some l, _ in lists
	_open_at(opened, closed, l)
} | {l |
	count(_with_keyword(lists, _loops)) > 0
	opened := _with_keyword(lists, _loops | {"for"})
	closed := _with_keyword(lists, {"done"})
	some l, _ in lists
	_open_at(opened, closed, l)
}) | {l |
	opened := [l | some l, list in lists; list.opened == "("]
	count(opened) > 0
	closed := [l | some l, list in lists; list.closed == ")"]
	some l, _ in lists
	_open_at(opened, closed, l)
}) | {l |
	some l, list in lists
	some element in list.elements
	"!" in element.keywords
}

# The numbers of the lists in a group, a loop or a branch whose output goes to a file or to another command.
_caught(lists) := {l |
	ends := [i | some i, list in lists; _catches(list)]
	count(ends) > 0
	depths := [_depth(list) | some list in lists]
	some end in ends
	begin := max([start | some start, _ in lists; start <= end; sum(array.slice(depths, start, end + 1)) >= 0])
	some l in numbers.range(begin, end)
}

_catches(list) if {
	some i, element in list.elements
	_closes(list, element)
	true in {element.redirected, _nth(list.joints, i) in {"|", "|&"}}
}

_closes(_, element) if count(element.keywords & {"}", "done", "fi", "esac"}) > 0

_closes(list, element) if {
	list.opened == ")"
	element == list.elements[0]
	element.words == []
}

# How many more groups a list opens than it closes.
_depth(list) := (opened - closed) + _parentheses(list) if {
	opened := count([1 | some element in list.elements; some _ in (element.keywords & {"{", "do", "if", "case"})])
	closed := count([1 | some element in list.elements; some _ in (element.keywords & {"}", "done", "fi", "esac"})])
}

_parentheses(list) := 1 if list.opened == "("

_parentheses(list) := -1 if list.opened == ")"

_parentheses(list) := 0 if not list.opened in {"(", ")"}

# Loops that may not run at all. The body of a `for` is taken to run.
_loops := {"while", "until", "select"}

_with_keyword(lists, keywords) := [l |
	some l, list in lists
	some element in list.elements
	some _ in (element.keywords & keywords)
]

_open_at(opened, closed, l) if count([i | some i in opened; i <= l]) > count([i | some i in closed; i < l])

_settings(lists) := [{"list": l, "words": element.words} |
	some l, list in lists
	some element in list.elements
	element.words[0] == "set"
]

_options_at([], options, _) := options

_options_at(settings, options, l) := {name: _set(settings, options, l, name) | some name in ["errexit", "pipefail"]} if {
	count(settings) > 0
}

_set(settings, options, l, name) := states[count(states) - 1] if {
	states := array.concat([options[name]], [state |
		some setting in settings
		setting.list < l
		some state in _states(setting.words, name)
	])
}

_states(words, "errexit") := [startswith(word, "-") |
	some i, word in words
	_sets_errexit(words, i, word)
]

_states(words, "pipefail") := [startswith(words[i - 1], "-") |
	some i, word in words
	i > 0
	word == "pipefail"
]

_sets_errexit(_, _, word) if regex.match(`^[-+][a-z]*e[a-z]*$`, word)

_sets_errexit(words, i, word) if {
	regex.match(`^[-+][a-z]*o$`, word)
	words[i + 1] == "errexit"
}

_is_chained(list) if {
	{joint | some joint in list.joints} == {"&&"}
	list.closed != "&"
} else := false

_stops(list, e, false, options) if {
	options.errexit
	_is_alone(list)
	_is_seen(list, e, options)
} else if {
	list.exits
	list.closed != "&"
	count({joint | some joint in list.joints} - {"&&", "|"}) == 0
	_is_seen(list, e, options)
} else := false

_stops(_, _, true, _) := false

# A single command, or a single pipeline
_is_alone(list) if {
	list.closed != "&"
	count({joint | some joint in list.joints} - {"|", "|&"}) == 0
}

# The last of a pipeline gives its status, unless all do.
_is_seen(_, _, options) if options.pipefail

_is_seen(list, e, _) if not _nth(list.joints, e) in {"|", "|&"}

_fails(_, _, _, _, _, true) := true

_fails(list, e, false, true, options, false) if {
	list.closed != "&"
	count({joint | some joint in list.joints} - {"&&", "|", "|&"}) == 0
	_is_seen(list, e, options)
} else := false

_fails(_, _, true, _, _, false) := false

_fails(_, _, false, false, _, false) := false

# Here documents are data, unless a shell reads them.

_without_heredocs(text) := text if not contains(text, "<<")

_without_heredocs(text) := concat("\n", [line | some i, line in lines; not i in data_lines]) if {
	contains(text, "<<")
	lines := split(text, "\n")
	data_lines := {j |
		some i, line in lines
		contains(line, "<<")
		bare := regex.replace(line, `(^|\s)#.*$`, "")
		not regex.match(`(?:^|[\s;|&(/])(?:(?:ba|da|z|k|a)?sh|ssh)(?:\s|$)`, bare)
		some [_, marker] in regex.find_all_string_submatch_n(`(?:^|[^<])<<-?[ \t]*\\?["']?([A-Za-z_]\w*)`, bare, 1)
		end := min([k | some k, other in lines; k > i; trim_space(other) == marker])
		some j in numbers.range(i + 1, end)
	}
}
