# METADATA
# title: Dapr applications publish and subscribe to their own topics only
# description: |
#   An application that publishingScopes or subscriptionScopes of a pub/sub component does not name may publish or
#   subscribe to every topic. Both must be there and name every application in the component's scopes, if only with an
#   empty list of topics. Where all allowedTopics are protectedTopics too, nobody may use a topic that is not granted,
#   and that is enough.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-scopes/
#     description: Scope pub/sub topic access
#   - ref: https://github.com/dapr/dapr/blob/master/pkg/scopes/scopes.go
#     description: How Dapr reads it
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
# custom:
#   id: dapr-topic-scopes
#   severity: medium
#   profiles: {restricted: warn}
#   match: [{groups: [dapr.io], kinds: [Component]}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.308(a)(4)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Add publishingScopes and subscriptionScopes to spec.metadata, such as app1=topic1,topic2;app2= where app2 may use
#     none, or list all topics in both allowedTopics and protectedTopics.
package rampart.cluster.dapr_topic_scopes

import data.lib.dapr
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.metadata", msg) if {
	_is_pubsub
	not _all_protected
	some scope, verb in _scopes
	count(_values(scope)) == 0
	msg := concat("", [
		$"Every application may {verb} to every topic of component {k8s.name}: add {scope} to spec.metadata, such as ",
		"app1=topic1,topic2;app2=.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_pubsub
	not _all_protected
	some scope, verb in _scopes
	some i, text in _values(scope)
	apps := _unnamed(text)
	count(apps) > 0
	path := $"spec.metadata[{i}].value"
	msg := concat("", [
		$"{concat(" and ", apps)} may {verb} to every topic of component {k8s.name}: name each application in {scope}, ",
		"with an empty list of topics if it needs none.",
	])
}

_is_pubsub if startswith(_text(k8s.resource.spec.type), "pubsub.")

_scopes := {"publishingScopes": "publish", "subscriptionScopes": "subscribe"}

# The values of a setting, by their index: names count in any case, and an empty value counts as none.
_values(name) := {i: text |
	some [i, item] in dapr.objects(k8s.resource.spec.metadata)
	lower(_text(object.get(item, "name", ""))) == lower(name)
	text := replace(_text(object.get(item, "value", "")), " ", "")
	text != ""
}

# The applications that use the component and whose topics the text does not limit. Without scopes nobody knows them.
_unnamed(text) := ["Every application"] if {
	count(_named(text)) == 0
} else := sort([$"Application {finding.shown(app)}" | some app in k8s.resource.scopes; not app in _named(text)]) if {
	is_array(k8s.resource.scopes)
} else := []

_named(text) := {app |
	some entry in split(text, ";")
	[app, _] := split(entry, "=")
	app != ""
}

_all_protected if {
	count(_topics("allowedTopics")) > 0
	count(_topics("allowedTopics") - _topics("protectedTopics")) == 0
}

_topics(name) := {topic |
	some text in _values(name)
	some topic in split(text, ",")
	topic != ""
}

_text(value) := value if is_string(value)

else := ""
