package doctor_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/doctor"
)

// TestGoodInstall: of what the README says to install nothing is found, in files and in a cluster.
func TestGoodInstall(t *testing.T) {
	cfg := settings(t)
	for name, in := range map[string]install{"files": files(t, cfg), "cluster": cluster(t, cfg)} {
		t.Run(name, func(t *testing.T) {
			result := in.examine(t, cfg)
			assert.Empty(t, result.Findings)
			assert.Empty(t, result.Errors)
			assert.Equal(t, 1, result.Summary.Webhooks)
			assert.Equal(t, result.Summary.Guardrails, result.Summary.Templates)
			assert.Equal(t, result.Summary.Guardrails, result.Summary.Constraints)
			assert.Positive(t, result.Summary.SyncSets)
		})
	}
}

// TestShippedGatekeeper: what Gatekeeper ships with fails open, and does not see updates of a namespace's subresources.
func TestShippedGatekeeper(t *testing.T) {
	cfg := settings(t)
	in := append(files(t, cfg).without("ValidatingWebhookConfiguration", webhooks), shippedWebhooks(t))
	assert.Equal(t, []string{doctor.WebhookFailsOpen.ID, doctor.WebhookLabels.ID}, found(in.examine(t, cfg)))
}

// TestWholeManifest: Gatekeeper's release manifest can be examined as it is.
func TestWholeManifest(t *testing.T) {
	cfg := settings(t, few...)
	in := files(t, cfg).without("ValidatingWebhookConfiguration", webhooks)
	in = append(in, parse(t, gatekeeperFile(t, "deploy/gatekeeper.yaml"))...)
	assert.Equal(t, []string{doctor.WebhookFailsOpen.ID, doctor.WebhookLabels.ID}, found(in.examine(t, cfg)))
}

// few guardrails are enough for what concerns one of them: on Pods and Namespaces, with parameters, with a SyncSet, with
// the action warn.
var few = []string{"privileged-containers", "gatekeeper-exemption", "image-registry", "network-default-deny", "image-tag"}

const (
	webhooks   = "gatekeeper-validating-webhook-configuration"
	privileged = "RampartPrivilegedContainers"
	template   = "rampartprivilegedcontainers"
)

// found lists the checks of the findings, each once.
func found(result *doctor.Result) []string {
	var all []string
	for _, f := range result.Findings {
		if !slices.Contains(all, f.Check) {
			all = append(all, f.Check)
		}
	}
	return all
}

// mutation changes a good cluster in one way, which gives exactly one finding.
type mutation struct {
	name    string
	change  func(t *testing.T, in install) install
	check   *doctor.Check
	message string
}

// webhookSet changes a field of the webhook configuration.
func webhookSet(value any, path ...any) func(*testing.T, install) install {
	return change("ValidatingWebhookConfiguration", webhooks, value, append([]any{"webhooks"}, path...)...)
}

// constraintSet changes a field of the constraint of privileged-containers.
func constraintSet(value any, path ...any) func(*testing.T, install) install {
	return change(privileged, "privileged-containers", value, path...)
}

func change(kind, name string, value any, path ...any) func(*testing.T, install) install {
	return func(t *testing.T, in install) install {
		set(in.find(t, kind, name), value, path...)
		return in
	}
}

func add(o object) func(*testing.T, install) install {
	return func(_ *testing.T, in install) install { return append(in, o) }
}

func remove(kind, name string) func(*testing.T, install) install {
	return func(_ *testing.T, in install) install { return in.without(kind, name) }
}

// foreignTemplate is someone else's, in Rego v0.
func foreignTemplate(rego string) object {
	return object{"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": object{"name": "foreign"},
		"spec": object{
			"crd":     object{"spec": object{"names": object{"kind": "Foreign"}}},
			"targets": []any{object{"target": "admission.k8s.gatekeeper.sh", "rego": rego}},
		}}
}

func foreignConstraint(spec object) object {
	return object{"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Foreign", "metadata": object{"name": "foreign"}, "spec": spec}
}

func rule(operations, groups, versions, resources []any, scope string) []any {
	return []any{object{"operations": operations, "apiGroups": groups, "apiVersions": versions, "resources": resources, "scope": scope}}
}

var (
	star     = []any{"*"}
	both     = []any{"CREATE", "UPDATE"}
	everyone = []any{"*/*"}
)

func webhookMutations() []mutation {
	return []mutation{
		{"no webhook", remove("ValidatingWebhookConfiguration", webhooks), doctor.WebhookMissing, "nothing is denied"},
		{"another program's webhook", webhookSet("/validate", 0, "clientConfig", "service", "path"), doctor.WebhookMissing, ""},
		{"no caBundle", webhookSet("", 0, "clientConfig", "caBundle"), doctor.WebhookUnreachable, "validation.gatekeeper.sh"},
		{"failurePolicy Ignore", webhookSet("Ignore", 0, "failurePolicy"), doctor.WebhookFailsOpen, "is Ignore"},
		{"only CREATE", webhookSet(rule([]any{"CREATE"}, star, star, everyone, "*"), 0, "rules"), doctor.WebhookResources,
			"leave out UPDATE of namespaces, pods, "},
		{"only UPDATE", webhookSet(rule([]any{"UPDATE"}, star, star, everyone, "*"), 0, "rules"), doctor.WebhookResources,
			"leave out CREATE of namespaces, pods, "},
		{"only some groups", webhookSet(rule(both, []any{"", "apps"}, star, everyone, "*"), 0, "rules"), doctor.WebhookResources,
			"leave out CREATE and UPDATE of cronjobs.batch, jobs.batch, "},
		{"only some resources", webhookSet(rule(both, star, star, []any{"pods/*", "namespaces/*", "deployments"}, "*"), 0, "rules"),
			doctor.WebhookResources, "CREATE and UPDATE of podtemplates, replicationcontrollers, daemonsets.apps, "},
		{"an old version", webhookSet(rule(both, star, []any{"v1beta1"}, everyone, "*"), 0, "rules"), doctor.WebhookResources, "pods"},
		{"only namespaced", webhookSet(rule(both, star, star, everyone, "Namespaced"), 0, "rules"), doctor.WebhookResources,
			"CREATE and UPDATE of namespaces, "},
		{"no ephemeral containers", webhookSet(rule(both, star, star, []any{"*", "pods/resize", "namespaces/*"}, "*"), 0, "rules"),
			doctor.WebhookSubresources, "UPDATE of pods/ephemeralcontainers: "},
		{"no resize", webhookSet(rule(both, star, star, []any{"*", "*/ephemeralcontainers", "namespaces/*"}, "*"), 0, "rules"),
			doctor.WebhookSubresources, "UPDATE of pods/resize: "},
		{"no namespaces/status", webhookSet(rule(both, star, star, []any{"*", "pods/*", "namespaces/finalize"}, "*"), 0, "rules"),
			doctor.WebhookLabels, "UPDATE of namespaces/status: "},
		{"an opt-in label", webhookSet(object{"matchLabels": object{"gatekeeper": "on"}}, 0, "namespaceSelector"),
			doctor.WebhookNamespaces, "gatekeeper=on"},
		{"an exempt label", webhookSet(object{"matchExpressions": []any{object{"key": "control-plane", "operator": "DoesNotExist"}}}, 0,
			"namespaceSelector"), doctor.WebhookNamespaces, "!control-plane"},
		{"an exempt namespace", webhookSet([]any{"gatekeeper-system", "kube-system"}, 0, "namespaceSelector", "matchExpressions", 1,
			"values"), doctor.WebhookNamespaces, "kubernetes.io/metadata.name notin (kube-system)"},
		{"one namespace", webhookSet("In", 0, "namespaceSelector", "matchExpressions", 1, "operator"), doctor.WebhookNamespaces,
			"kubernetes.io/metadata.name in (gatekeeper-system)"},
		{"an objectSelector", webhookSet(object{"matchExpressions": []any{object{"key": "skip", "operator": "DoesNotExist"}}}, 0,
			"objectSelector"), doctor.WebhookObjects, "!skip"},
		{"a condition on the user", webhookSet(object{"name": "robots", "expression": `request.userInfo.username != "robot"`}, 0,
			"matchConditions", 1), doctor.WebhookConditions, `request.userInfo.username != "robot" (robots)`},
		{"no guard of the label", func(t *testing.T, in install) install {
			o := in.find(t, "ValidatingWebhookConfiguration", webhooks)
			set(o, at(o, "webhooks").([]any)[:1], "webhooks")
			return in
		}, doctor.WebhookLabelGuard, "is missing"},
		{"an open guard of the label", webhookSet("Ignore", 1, "failurePolicy"), doctor.WebhookLabelGuard, "failurePolicy is Ignore"},
		{"a guard of new namespaces", webhookSet([]any{"CREATE"}, 1, "rules", 0, "operations"), doctor.WebhookLabelGuard,
			"leave out UPDATE of namespaces"},
		{"a guard of some namespaces", webhookSet([]any{"gatekeeper-system", "shop"}, 1, "namespaceSelector", "matchExpressions", 0,
			"values"), doctor.WebhookLabelGuard, "narrows it"},
		{"a guard on a condition", webhookSet([]any{object{"name": "never", "expression": "false"}}, 1, "matchConditions"),
			doctor.WebhookLabelGuard, "narrows it"},
		{"leases", func(t *testing.T, in install) install {
			w := at(in.find(t, "ValidatingWebhookConfiguration", webhooks), "webhooks", 0).(object)
			w["matchConditions"] = w["matchConditions"].([]any)[1:]
			return in
		}, doctor.WebhookLeases, "fails closed for leases"},
		{"too little time", webhookSet(1, 0, "timeoutSeconds"), doctor.WebhookTimeout, "is 1: good objects are refused"},
		{"too much time", webhookSet(30, 0, "timeoutSeconds"), doctor.WebhookTimeout, "is 30: every request can wait"},
	}
}

func templateMutations() []mutation {
	return []mutation{
		{"no template", func(_ *testing.T, in install) install {
			return in.without("ConstraintTemplate", template).without(privileged, "privileged-containers")
		}, doctor.TemplateMissing, "privileged-containers"},
		{"another policy", change("ConstraintTemplate", template, "package lib.guardrail\n", "spec", "targets", 0, "code", 0, "source",
			"libs", 0), doctor.TemplateOutdated, "has not the policy of privileged-containers"},
		{"another schema", change("ConstraintTemplate", template, object{"type": "object"}, "spec", "crd", "spec", "validation",
			"openAPIV3Schema"), doctor.TemplateOutdated, "has not the schema of the parameters of"},
		{"an error", change("ConstraintTemplate", template, []any{object{"code": "ingest_error", "message": "no\n rule"}}, "status",
			"byPod", 1, "errors"), doctor.TemplateError, "Pod gatekeeper-controller-manager-0 reports: ingest_error no rule."},
		{"not created", change("ConstraintTemplate", template, false, "status", "created"), doctor.TemplateNotCreated, "status.created"},
		{"an old generation", change("ConstraintTemplate", template, 1, "status", "byPod", 0, "observedGeneration"), doctor.StatusStale,
			"Pod gatekeeper-audit-0 has seen generation 1 of 2"},
		{"http.send", add(foreignTemplate("package foreign\nviolation[{\"msg\": m}] { http.send({\"url\": \"x\"}).body = m }\n")),
			doctor.TemplateHTTPSend, "calls http.send"},
		{"http.send by a replacement", add(foreignTemplate("package foreign\nf(x) = 1\nviolation[{\"msg\": m}] { m := f(1) with " +
			"f as http.send }\n")), doctor.TemplateHTTPSend, "calls http.send"},
		{"http.send in another spelling", add(foreignTemplate("package foreign\nviolation[{\"msg\": m}] { http[\"send\"]({\"url\": " +
			"\"x\"}).body = m }\n")), doctor.TemplateHTTPSend, "calls http.send"},
		{"http.send in a comment", add(foreignTemplate("package foreign\n# http.send\nviolation[{\"msg\": \"http.send\"}] { true }\n")),
			nil, ""},
		{"Rego that is none", add(foreignTemplate("package foreign\nviolation[{\"msg\": m}")), doctor.TemplateUnreadable,
			"cannot be read"},
	}
}

func constraintMutations() []mutation {
	points := func(action string, points ...string) []any {
		list := make([]any, len(points))
		for i, p := range points {
			list[i] = object{"name": p}
		}
		return []any{object{"action": action, "enforcementPoints": list}}
	}
	scoped := func(actions []any) func(*testing.T, install) install {
		return func(t *testing.T, in install) install {
			spec := at(in.find(t, privileged, "privileged-containers"), "spec").(object)
			spec["enforcementAction"], spec["scopedEnforcementActions"] = "scoped", actions
			return in
		}
	}
	return []mutation{
		{"no constraint", remove(privileged, "privileged-containers"), doctor.ConstraintMissing, "turns privileged-containers on"},
		{"warn", constraintSet("warn", "spec", "enforcementAction"), doctor.ConstraintAction, "its action is warn; the profile asks for deny"},
		{"dryrun", constraintSet("dryrun", "spec", "enforcementAction"), doctor.ConstraintAction, "its action is dryrun"},
		{"no action", func(t *testing.T, in install) install {
			delete(at(in.find(t, privileged, "privileged-containers"), "spec").(object), "enforcementAction")
			return in
		}, nil, ""},
		{"a slip in the action", constraintSet("denny", "spec", "enforcementAction"), doctor.ConstraintUnknownAction,
			`"denny" (did you mean deny?`},
		{"a slip in a foreign action", add(foreignConstraint(object{"enforcementAction": "Deny"})), doctor.ConstraintUnknownAction,
			"did you mean deny?"},
		{"scoped, but everywhere", scoped(points("deny", "*")), nil, ""},
		{"scoped to admission", scoped(points("deny", "validation.gatekeeper.sh")), doctor.ConstraintAudit, "audit leaves it out"},
		{"scoped to the audit", scoped(points("deny", "audit.gatekeeper.sh")), doctor.ConstraintAction, "its action is none"},
		{"scoped with a slip", scoped(append(points("deny", "*"), points("deny", "audit.gatekeeper.io")...)),
			doctor.ConstraintUnknownAction, "did you mean audit.gatekeeper.sh?"},
		{"scoped with a slip in an action", scoped(append(points("deny", "*"), points("wran", "*")...)),
			doctor.ConstraintUnknownAction, "did you mean warn?"},
		{"scoped to nothing", scoped(append(points("deny", "*"), points("deny")...)), doctor.ConstraintUnknownAction, "no enforcementPoints"},
		{"fewer kinds", constraintSet([]any{object{"apiGroups": []any{""}, "kinds": star}}, "spec", "match", "kinds"),
			doctor.ConstraintMatch, "DaemonSet.apps, Deployment.apps, ReplicaSet.apps, StatefulSet.apps,"},
		{"kinds of no group", constraintSet([]any{object{"kinds": star}}, "spec", "match", "kinds"), nil, ""},
		{"all kinds", constraintSet([]any{object{"apiGroups": star, "kinds": star}}, "spec", "match", "kinds"), nil, ""},
		{"namespaces", constraintSet([]any{"shop"}, "spec", "match", "namespaces"), doctor.ConstraintMatch, "only the namespaces shop"},
		{"excluded namespaces", constraintSet([]any{"kube-system", "kube-*"}, "spec", "match", "excludedNamespaces"),
			doctor.ConstraintMatch, "leaves out the namespaces kube-*."},
		{"fewer excluded namespaces", constraintSet([]any{"kube-system"}, "spec", "match", "excludedNamespaces"), nil, ""},
		{"a labelSelector", constraintSet(object{"matchLabels": object{"app": "a"}}, "spec", "match", "labelSelector"),
			doctor.ConstraintMatch, "app=a"},
		{"a namespaceSelector", constraintSet(object{"matchLabels": object{"env": "prod"}}, "spec", "match", "namespaceSelector"),
			doctor.ConstraintMatch, "env=prod"},
		{"an empty selector", constraintSet(object{}, "spec", "match", "labelSelector"), nil, ""},
		{"a name", constraintSet("web-*", "spec", "match", "name"), doctor.ConstraintMatch, "whose name is web-*"},
		{"a scope", constraintSet("Namespaced", "spec", "match", "scope"), doctor.ConstraintMatch, "scope Namespaced"},
		{"a source", constraintSet("Generated", "spec", "match", "source"), doctor.ConstraintMatch, "source Generated"},
		{"a slip in the scope", constraintSet("Namespace", "spec", "match", "scope"), doctor.ConstraintUnknownField,
			`the scope "Namespace" (did you mean Namespaced?`},
		{"a slip in match", constraintSet([]any{"shop"}, "spec", "match", "excludeNamespaces"), doctor.ConstraintUnknownField,
			"spec.match.excludeNamespaces (did you mean excludedNamespaces?"},
		{"a slip in a selector", constraintSet(object{"matchLabel": object{}}, "spec", "match", "labelSelector"),
			doctor.ConstraintUnknownField, "matchLabel (did you mean matchLabels?"},
		{"a slip in spec", add(foreignConstraint(object{"enforcmentAction": "dryrun"})), doctor.ConstraintUnknownField,
			"did you mean enforcementAction?"},
		{"other parameters", change("RampartImageRegistry", "image-registry", []any{"ghcr.io"}, "spec", "parameters", "allowed"),
			doctor.ConstraintParameters, `allowed is ["ghcr.io"]; your configuration comes to []`},
		{"an unknown parameter", change("RampartImageRegistry", "image-registry", true, "spec", "parameters", "allow"),
			doctor.ConstraintParameters, "unknown parameter allow"},
		{"parameters left to their defaults", func(t *testing.T, in install) install {
			delete(at(in.find(t, "RampartImageRegistry", "image-registry"), "spec").(object), "parameters")
			return in
		}, nil, ""},
		{"an unknown waiver", constraintSet([]any{object{"kind": "Pod", "name": "a", "reason": "r", "expires": "2040-01-01"}}, "spec",
			"parameters", "waivers"), doctor.ConstraintParameters, "your configuration comes to not set"},
		{"an error", constraintSet([]any{object{"message": "broken"}}, "status", "byPod", 0, "errors"), doctor.ConstraintError, "broken"},
		{"not enforced", constraintSet(false, "status", "byPod", 1, "enforced"), doctor.ConstraintNotEnforced,
			"Pod gatekeeper-controller-manager-0 does not enforce it"},
		{"no webhook pod", constraintSet([]any{"status"}, "status", "byPod", 1, "operations"), doctor.ConstraintNotEnforced,
			"No pod that answers the webhook"},
		{"no status", constraintSet(object{}, "status"), doctor.ConstraintNotEnforced, "No pod that answers the webhook"},
		{"an old generation", constraintSet(1, "status", "byPod", 1, "observedGeneration"), doctor.StatusStale, "generation 1 of 2"},
		{"a second constraint", func(t *testing.T, in install) install {
			second := install{in.find(t, privileged, "privileged-containers")}.copy(t)[0]
			set(second, "again", "metadata", "name")
			set(second, "dryrun", "spec", "enforcementAction")
			return append(install{second}, in...)
		}, doctor.ConstraintDuplicate, "privileged-containers has the constraint privileged-containers too"},
		{"the same constraint twice", func(t *testing.T, in install) install {
			return append(in, in.find(t, privileged, "privileged-containers"))
		}, doctor.ObjectTwice, "already"},
	}
}

func otherMutations() []mutation {
	gatekeeperConfig := func(value any, path ...any) func(*testing.T, install) install {
		return change("Config", "config", value, path...)
	}
	return []mutation{
		{"no SyncSet", remove("SyncSet", "rampart"), doctor.SyncMissing, "v1 Namespace"},
		{"no sync of a kind that a cluster can lack", remove("SyncSet", "rampart-cilium.io"), nil, ""},
		{"a kind less", func(t *testing.T, in install) install {
			spec := at(in.find(t, "SyncSet", "rampart"), "spec").(object)
			spec["gvks"] = slices.DeleteFunc(spec["gvks"].([]any), func(k any) bool { return at(k, "kind") == "NetworkPolicy" })
			return in
		}, doctor.SyncMissing, "does not keep networking.k8s.io/v1 NetworkPolicy, which network-default-deny read"},
		{"the sync in Gatekeeper's Config", func(t *testing.T, in install) install {
			kinds := at(in.find(t, "SyncSet", "rampart"), "spec", "gvks")
			set(in.find(t, "Config", "config"), object{"syncOnly": kinds}, "spec", "sync")
			return in.without("SyncSet", "rampart")
		}, nil, ""},
		{"an exempt namespace", gatekeeperConfig([]any{"gatekeeper-system", "shop"}, "spec", "match", 0, "excludedNamespaces"),
			doctor.ConfigExempts, "the namespaces shop out of the reach of every process"},
		{"a namespace exempt from the audit", gatekeeperConfig([]any{"audit"}, "spec", "match", 1, "processes"), doctor.ConfigExempts,
			"the namespaces shop out of the reach of audit"},
		{"an ignored Config", gatekeeperConfig("gatekeeper", "metadata", "name"), doctor.ConfigIgnored, "reads only gatekeeper-system/config"},
		{"an ignored namespace", change("Namespace", "shop", "", "metadata", "labels", "admission.gatekeeper.sh/ignore"),
			doctor.NamespaceIgnored, "out of the webhook's reach"},
		{"no audit pod", func(_ *testing.T, in install) install {
			return everyConstraint(in, func(o object) { set(o, []any{"status"}, "status", "byPod", 0, "operations") })
		}, doctor.AuditOff, "No pod audits"},
		{"no audit yet", func(_ *testing.T, in install) install {
			return everyConstraint(in, func(o object) { delete(at(o, "status").(object), "auditTimestamp") })
		}, doctor.AuditOff, "No audit has ended"},
	}
}

func everyConstraint(in install, change func(object)) install {
	for _, o := range in {
		if strings.HasPrefix(o["apiVersion"].(string), "constraints.gatekeeper.sh/") {
			change(o)
		}
	}
	return in
}

// TestMutations: each change gives the finding that belongs to it, and no other; some changes are none.
func TestMutations(t *testing.T) {
	cfg := settings(t, few...)
	good := cluster(t, cfg)
	mutations := slices.Concat(webhookMutations(), templateMutations(), constraintMutations(), otherMutations())
	covered := map[*doctor.Check]bool{}
	for _, m := range mutations {
		covered[m.check] = true
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			result := m.change(t, good.copy(t)).examine(t, cfg)
			require.Empty(t, result.Errors)
			if m.check == nil {
				require.Empty(t, result.Findings)
				return
			}
			require.Equal(t, []string{m.check.ID}, found(result))
			f := result.Findings[0]
			assert.Contains(t, f.Message, m.message)
			assert.Equal(t, m.check.Severity, f.Severity)
			assert.Equal(t, m.check.Remedy, f.Remedy)
			if f.File != "" {
				assert.Positive(t, f.Line, "it has a place")
			}
		})
	}
	for _, c := range doctor.Checks {
		assert.True(t, covered[c], "no mutation leads to %s", c.ID)
		assert.Contains(t, catalog.Severities, c.Severity, c.ID)
	}
}

// TestConfiguration: what the configuration says is expected, be it stricter or laxer than the profile.
func TestConfiguration(t *testing.T) {
	cfg := settings(t, few...)
	for i := range cfg.Active {
		a := &cfg.Active[i]
		a.ExemptNamespaces = append(slices.Clone(a.ExemptNamespaces), "sandbox-*")
		if a.ID == "privileged-containers" {
			a.Action = catalog.Warn
		}
	}
	cfg.Waivers = []config.Waiver{{Guardrail: "image-tag", Kind: "Pod", Namespace: "shop", Name: "a", Reason: "r", Expires: "2040-01-01"}}
	in := cluster(t, cfg)
	assert.Empty(t, in.examine(t, cfg).Findings)
	set(in.find(t, "Config", "config"), []any{"sandbox-*"}, "spec", "match", 0, "excludedNamespaces")
	assert.Empty(t, in.examine(t, cfg).Findings, "every guardrail exempts them")
	assert.ElementsMatch(t, []string{doctor.ConstraintParameters.ID, doctor.ConstraintAction.ID, doctor.ConstraintMatch.ID,
		doctor.ConfigExempts.ID}, found(in.examine(t, settings(t, few...))), "without the configuration they differ")
	cfg.Waivers[0].Expires = "2039-01-01"
	assert.Equal(t, []string{doctor.ConstraintParameters.ID}, found(in.examine(t, cfg)))
}

// TestErrors: what cannot be read is never a pass.
func TestErrors(t *testing.T) {
	cfg := settings(t, few...)
	folder := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		return file
	}
	_, err := doctor.Run(cfg, []string{filepath.Join(folder, "missing.yaml")})
	require.Error(t, err)
	_, err = doctor.Run(cfg, []string{write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")})
	require.ErrorIs(t, err, doctor.ErrNothing)
	for name, content := range map[string]string{
		"syntax":     "a: [",
		"constraint": "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Foreign\nmetadata: {name: a}\nspec: {enforcementAction: [deny]}\n",
		"config":     "apiVersion: config.gatekeeper.sh/v1alpha1\nkind: Config\nmetadata: {name: config}\nspec: {match: {}}\n",
	} {
		result, err := doctor.Run(cfg, []string{write(name+".yaml", content)})
		require.NoError(t, err, name)
		assert.Len(t, result.Errors, 1, name)
	}
}
