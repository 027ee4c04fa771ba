# METADATA
# title: Applications ask their Dapr sidecar for a token
# description: |
#   An application that Dapr calls can tell these calls from those of anyone else who reaches its port only by the token
#   that the sidecar shows, which it takes from the Secret that dapr.io/app-token-secret names. Judged are applications
#   with a port for Dapr (dapr.io/app-port): without one it never calls them.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/security/app-api-token/
#     description: Authenticate requests from Dapr using token authentication
#   - ref: https://docs.dapr.io/reference/arguments-annotations-overview/
#     description: Dapr's annotations
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
# custom:
#   id: dapr-app-token
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [dapr.io/]
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Name a Secret with the key token in the annotation dapr.io/app-token-secret of the pod template, and let the
#     application refuse requests without the header dapr-api-token.
package rampart.cluster.dapr_app_token

import data.lib.dapr
import data.lib.finding

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some sidecar in dapr.sidecars
	_is_called(dapr.setting(sidecar, "app-port"))
	dapr.setting(sidecar, "app-token-secret") == ""
	path := dapr.path(sidecar, "app-token-secret")
	msg := concat("", [
		"The Dapr sidecar shows the application no token: name a Secret with the key token in the annotation ",
		"dapr.io/app-token-secret.",
	])
}

# Dapr ignores a port that is no number above zero.
_is_called(port) if regex.match(`^\+?0*[1-9][0-9]*$`, port)
