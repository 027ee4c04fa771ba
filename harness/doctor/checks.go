package doctor

// Check is something that can be wrong, with what to do about it.
type Check struct {
	ID string
	// Severity is one of catalog.Severities.
	Severity string
	Remedy   string
}

const (
	critical = "critical"
	high     = "high"
	medium   = "medium"
	low      = "low"
)

const (
	patchWebhook     = "Apply constraints/webhook: it is a kustomize component, a patch for kubectl and Helm values."
	applyTemplates   = "kubectl apply -k constraints/templates, or what rampart render gatekeeper writes for your configuration."
	applyConstraints = "Apply the profile's constraints, or what rampart render gatekeeper writes for your configuration; " +
		"what is meant to be so belongs into the file for --config."
)

// The checks, from the webhook inwards.
var (
	WebhookMissing = &Check{"webhook-missing", critical,
		"Install Gatekeeper with its validating webhook (Helm: disableValidatingWebhook: false)."}
	WebhookUnreachable = &Check{"webhook-unreachable", critical,
		"Look at the logs of gatekeeper-controller-manager: it writes the caBundle when it starts."}
	WebhookFailsOpen = &Check{"webhook-fails-open", critical, patchWebhook}
	WebhookResources = &Check{"webhook-resources", critical, patchWebhook}
	WebhookObjects   = &Check{"webhook-object-selector", critical,
		"Remove the objectSelector; a waiver with a reason and an expiry date exempts a single object."}
	WebhookSubresources = &Check{"webhook-subresources", high, patchWebhook}
	WebhookNamespaces   = &Check{"webhook-namespace-selector", high,
		"Leave no more in the namespaceSelector than the label " + ignoreLabel + " and Gatekeeper's own namespace; " +
			"exemptNamespaces in the file for --config exempts a namespace."}
	WebhookConditions = &Check{"webhook-conditions", high,
		"Keep only the matchConditions of constraints/webhook, which spare kinds that no guardrail judges."}
	WebhookLabelGuard = &Check{"webhook-label-guard", high,
		"Apply constraints/webhook, and leave the selectors and conditions of this webhook as Gatekeeper ships them."}
	WebhookLabels = &Check{"webhook-namespace-labels", medium, patchWebhook}
	WebhookLeases = &Check{"webhook-leases", medium,
		"Add the matchConditions of constraints/webhook. (The Helm chart drops them where the minor version of Kubernetes " +
			"is not a plain number.)"}
	WebhookTimeout = &Check{"webhook-timeout", medium, "Set timeoutSeconds from 3 to 10, as constraints/webhook does."}

	TemplateMissing    = &Check{"template-missing", critical, applyTemplates}
	TemplateError      = &Check{"template-error", critical, applyTemplates}
	TemplateNotCreated = &Check{"template-not-created", critical,
		"Look at the logs of Gatekeeper: some pod must run with the operation generate, and be allowed to make CRDs."}
	TemplateOutdated = &Check{"template-outdated", high, applyTemplates}
	TemplateHTTPSend = &Check{"template-http-send", high,
		"Rewrite the template without http.send, and run Gatekeeper with --disable-opa-builtin={http.send}: a verdict must " +
			"not depend on a server, nor send objects to one."}
	TemplateUnreadable = &Check{"template-unreadable", medium, "Correct the Rego: Gatekeeper refuses it too."}

	ConstraintMissing       = &Check{"constraint-missing", critical, applyConstraints}
	ConstraintUnknownAction = &Check{"constraint-unknown-action", critical,
		"Write enforcementAction: deny, warn, dryrun or scoped; Gatekeeper denies nothing for any other word."}
	ConstraintError       = &Check{"constraint-error", critical, applyConstraints}
	ConstraintNotEnforced = &Check{"constraint-not-enforced", critical,
		"Look at the logs of gatekeeper-controller-manager, and whether its pods are ready and run with --operation=webhook."}
	ConstraintAction       = &Check{"constraint-action", high, applyConstraints}
	ConstraintMatch        = &Check{"constraint-match", high, applyConstraints}
	ConstraintUnknownField = &Check{"constraint-unknown-field", high,
		"Correct the field's name; Gatekeeper passes over fields that it does not know."}
	ConstraintParameters = &Check{"constraint-parameters", high, applyConstraints}
	ConstraintAudit      = &Check{"constraint-audit", medium,
		"List audit.gatekeeper.sh or * among the enforcementPoints, so that what is older than the guardrail is reported."}
	ConstraintDuplicate = &Check{"constraint-duplicate", low,
		"Keep the constraint that the pack renders; two report the same finding twice."}

	StatusStale = &Check{"status-stale", medium,
		"Wait, and if it stays so look at the logs of the Gatekeeper pod: it enforces an older version."}
	SyncMissing = &Check{"sync-missing", high,
		"Apply the SyncSet of the profile (sync.yaml): what is not synced does not exist for a guardrail that reads it."}
	ConfigExempts = &Check{"config-exempts", high,
		"Remove the entry from spec.match of Gatekeeper's Config; exemptNamespaces in the file for --config exempts a namespace."}
	ConfigIgnored = &Check{"config-ignored", medium,
		"Name it config and put it into Gatekeeper's namespace: Gatekeeper reads no other."}
	NamespaceIgnored = &Check{"namespace-ignored", critical,
		"kubectl label namespace NAME " + ignoreLabel + "-"}
	AuditOff = &Check{"audit-off", medium,
		"Run a Gatekeeper pod with --operation=audit (Helm: disableAudit: false) and an --audit-interval above 0."}
	ObjectTwice = &Check{"object-twice", medium, "Keep one: the cluster has the one that was applied last."}
)

// Checks are all of them, in the order in which findings of one severity are reported.
var Checks = []*Check{
	WebhookMissing, WebhookUnreachable, WebhookFailsOpen, WebhookResources, WebhookObjects, WebhookSubresources,
	WebhookNamespaces, WebhookConditions, WebhookLabelGuard, WebhookLabels, WebhookLeases, WebhookTimeout,
	TemplateMissing, TemplateError, TemplateNotCreated, TemplateOutdated, TemplateHTTPSend, TemplateUnreadable,
	ConstraintMissing, ConstraintUnknownAction, ConstraintError, ConstraintNotEnforced, ConstraintAction, ConstraintMatch,
	ConstraintUnknownField, ConstraintParameters, ConstraintAudit, ConstraintDuplicate,
	StatusStale, SyncMissing, ConfigExempts, ConfigIgnored, NamespaceIgnored, AuditOff, ObjectTwice,
}
