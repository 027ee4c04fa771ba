# METADATA
# title: The answer to an AdmissionReview
# description: |
#   Findings whose action is deny refuse the request with code 403 and all their messages; those whose action is warn
#   become warnings; those whose action is dryrun are left to data.rampart.check. What is no AdmissionReview is refused.
package rampart.admission

import data.rampart.check

default api_version := "admission.k8s.io/v1"

api_version := input.apiVersion if _is_review

_is_review if {
	input.kind == "AdmissionReview"
	startswith(input.apiVersion, "admission.k8s.io/")
}

response := {"uid": _uid, "allowed": true, "warnings": _texts("warn")} if count(_denials) == 0

response := {
	"uid": _uid,
	"allowed": false,
	"status": {"status": "Failure", "code": 403, "reason": "Forbidden", "message": concat("\n", _denials)},
	"warnings": _texts("warn"),
} if {
	count(_denials) > 0
}

default _uid := ""

_uid := input.request.uid if is_string(input.request.uid)

_denials := _texts("deny") if _is_review

_denials := ["This entry point takes an AdmissionReview; data.rampart.check takes any object."] if not _is_review

_texts(action) := sort([text |
	some finding in check
	finding.action == action
	text := $"[{finding.guardrail}] {finding.message}"
])
