package lib.workloads

# METADATA
# description: |
#   Kinds of a site's own, in the form of pod_templates. The harness puts here what a configuration lists under
#   `workloads`, and renders it into every template.
own := {}
