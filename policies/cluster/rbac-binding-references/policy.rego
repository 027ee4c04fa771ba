# METADATA
# title: Bindings are well-formed
# description: |
#   A binding has to say exactly whom it gives which role. Judged are roleRef (kind, apiGroup, name) and subjects (kind,
#   apiGroup, name, and a namespace for every ServiceAccount). A RoleBinding takes an account without a namespace for
#   one of its own namespace, whichever that is where it is applied; a ClusterRoleBinding has none to take. Whether the
#   role and the accounts exist is for rbac-dangling-references to judge.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
#     description: RoleBinding and ClusterRoleBinding
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         foreignAccounts:
#           type: string
#           enum: [allow, deny]
#           default: allow
#           description: Whether a RoleBinding may name a ServiceAccount of another namespace.
# custom:
#   id: rbac-binding-references
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   controls:
#     soc2: [CC6.1, CC6.2]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Write kind, apiGroup and name of the role, and kind and name of every subject; for a ServiceAccount, say which
#     namespace it is in.
package rampart.cluster.rbac_binding_references

import data.lib.finding
import data.lib.k8s
import data.lib.rbac

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not _is_usual
	some [path, text] in _wrong
	msg := $"{_subject} {text}."
}

violation contains finding.at(rego.metadata.chain(), $"subjects[{i}].namespace", msg) if {
	some i, subject in _subjects
	subject.kind == "ServiceAccount"
	rbac.text(subject, "namespace") == ""
	binding := _subject
	name := rbac.text(subject, "name")
	msg := $"{binding} names the ServiceAccount {name} without a namespace: say which namespace it is in."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.parameters.foreignAccounts == "deny"
	input.review.kind.kind == "RoleBinding"
	some subject in rbac.reviewed_subjects
	namespace := subject.account.namespace
	not namespace in {k8s.namespace, ""}
	path := $"{subject.path}.namespace"
	msg := $"{_subject} gives rights to the {subject.identity} of another namespace: use an account of this namespace."
}

_subject := $"{input.review.kind.kind} {k8s.name}"

# Whether the binding has the form that most have, so that nothing is wrong with it but a namespace that is not said.
_is_usual if {
	binding := k8s.resource
	{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name} = binding.roleRef
	_role_kinds[input.review.kind.kind][_] == kind
	is_string(name)
	name != ""
	subjects := binding.subjects
	is_array(subjects)
	every subject in subjects {
		_is_usual_subject(subject)
	}
}

_is_usual_subject({"kind": "ServiceAccount", "name": name, "namespace": _}) if {
	is_string(name)
	name != ""
}

_is_usual_subject({"kind": "ServiceAccount", "name": name}) if {
	is_string(name)
	name != ""
}

_is_usual_subject({"kind": kind, "apiGroup": "rbac.authorization.k8s.io", "name": name}) if {
	kind in {"Group", "User"}
	is_string(name)
	name != ""
}

_wrong contains ["roleRef", "has no roleRef: name the role in kind and name"] if {
	binding := k8s.resource
	not is_object(object.get(binding, "roleRef", null))
}

_wrong contains ["roleRef.kind", text] if {
	kind := object.get(_role_ref, "kind", null)
	kinds := _role_kinds[input.review.kind.kind]
	not kind in kinds
	text := $"refers to a role of the kind {_shown(kind)}: write {concat(" or ", kinds)}"
}

_wrong contains ["roleRef.apiGroup", text] if {
	api_group := object.get(_role_ref, "apiGroup", null)
	not api_group in {rbac.group, "", null}
	text := $"refers to a role of the apiGroup {_shown(api_group)}: write {rbac.group}"
}

_wrong contains ["roleRef.name", "refers to a role without a name: write its name"] if {
	rbac.text(_role_ref, "name") == ""
}

_wrong contains ["subjects", "has subjects that are no list: write a list of Users, Groups and ServiceAccounts"] if {
	subjects := k8s.resource.subjects
	not is_array(subjects)
	subjects != null
}

_wrong contains [path, "has a subject that is none: write its kind and name"] if {
	some i, subject in _subjects
	not is_object(subject)
	path := $"subjects[{i}]"
}

_wrong contains [$"subjects[{i}].kind", text] if {
	some i, subject in _subjects
	is_object(subject)
	kind := object.get(subject, "kind", null)
	not _subject_groups[kind]
	text := $"names a subject of the kind {_shown(kind)}: write ServiceAccount, User or Group"
}

_wrong contains [$"subjects[{i}].apiGroup", text] if {
	some i, subject in _subjects
	is_object(subject)
	api_group := object.get(subject, "apiGroup", "")
	not api_group in {"", null, _subject_groups[subject.kind]}
	text := $"names a {subject.kind} of the apiGroup {_shown(api_group)}: {_group_advice[subject.kind]}"
}

_wrong contains [$"subjects[{i}].name", "names a subject without a name: write its name"] if {
	some i, subject in _subjects
	is_object(subject)
	rbac.text(subject, "name") == ""
}

_role_ref := ref if {
	ref := k8s.resource.roleRef
	is_object(ref)
}

_subjects := subjects if {
	subjects := k8s.resource.subjects
	is_array(subjects)
}

_role_kinds := {
	"RoleBinding": ["Role", "ClusterRole"],
	"ClusterRoleBinding": ["ClusterRole"],
}

_subject_groups := {"ServiceAccount": "", "User": rbac.group, "Group": rbac.group}

_group_advice := {
	"ServiceAccount": "leave it out",
	"User": $"write {rbac.group}",
	"Group": $"write {rbac.group}",
}

_shown(x) := finding.shown(x) if {
	x != null
} else := "(none)"
