# METADATA
# title: The entry point of an admission webhook
# description: |
#   data.system.main, which OPA answers with where a request names no path: an AdmissionReview comes in, the AdmissionReview
#   with the response goes out.
package system.main

import data.rampart.admission

apiVersion := admission.api_version

kind := "AdmissionReview"

response := admission.response
