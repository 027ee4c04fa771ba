# METADATA
# title: Findings
# description: |
#   The one form of a violation: `msg` is a full sentence; `details.id` and `details.severity` come from the annotations
#   of the guardrail, `details.path` runs from the object's root to the field at fault. Findings on a container also
#   name the container and its image, so that a waiver can be as narrow as one image.
package lib.finding

at(chain, path, msg) := {"msg": msg, "details": {"id": custom.id, "severity": custom.severity, "path": path}} if {
	custom := _custom(chain)
}

# METADATA
# description: A finding on a field of a container entry of lib.k8s; an empty field means the container itself.
in_container(chain, entry, field, msg) := {"msg": msg, "details": {
	"id": custom.id,
	"severity": custom.severity,
	"path": path,
	"container": object.get(entry.container, "name", ""),
	"image": object.get(entry.container, "image", ""),
}} if {
	custom := _custom(chain)
	path := field_of(entry.path, field)
}

# METADATA
# description: The path of a field below another path; the field may begin with an index, or be empty.
field_of(path, field) := $"{path}.{field}" if {
	field != ""
	not startswith(field, "[")
} else := $"{path}{field}"

# METADATA
# description: A list of keys and indexes, as from walk, written as the path of a finding.
path(steps) := trim_prefix(concat("", [_step(step) | some step in steps]), ".")

_step(step) := $"[{step}]" if is_number(step)

_step(step) := $".{step}" if {
	is_string(step)
	regex.match(`^[^.\[\]"\s]+$`, step)
} else := $"[{json.marshal(step)}]" if {
	is_string(step)
}

# METADATA
# description: The path of a key below another path.
below(parent, key) := $"{parent}{_step(key)}"

# METADATA
# description: The name of a thing (a container, a volume) as messages show it; "without a name" for one that has none.
name(thing) := thing.name if {
	is_string(thing.name)
	thing.name != ""
} else := "without a name"

# METADATA
# description: A value as messages show it. What has parts is only called by its kind.
shown(value) := value if is_string(value)

else := "an object" if is_object(value)

else := "a list" if is_array(value)

else := $"{value}"

# The package's annotations are the last of the chain.
_custom(chain) := chain[count(chain) - 1].annotations.custom
