package doctor

import (
	"fmt"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/manifest"
)

// operations are those that the guardrails judge: a DELETE changes nothing that could be judged.
var operations = []admissionregistrationv1.OperationType{admissionregistrationv1.Create, admissionregistrationv1.Update}

// request is a kind of request that must reach Gatekeeper.
type request struct {
	operation                    admissionregistrationv1.OperationType
	group, resource, subresource string
	namespaced                   bool
}

func (r request) name() string {
	name := r.resource
	if r.group != "" {
		name += "." + r.group
	}
	if r.subresource != "" {
		name += "/" + r.subresource
	}
	return name
}

// coverage tells which requests on the guardrails' kinds no webhook sees.
func (e *examination) coverage(webhooks []webhook) []Problem {
	var resources, subresources, labels []request
	for _, k := range e.kinds() {
		resources = append(resources, requestsOn(k)...)
		if k.Group != "" {
			continue
		}
		switch k.Kind {
		case "Pod":
			subresources = append(subresources, updates("pods", "ephemeralcontainers", true), updates("pods", "resize", true))
		case "Namespace":
			labels = append(labels, updates("namespaces", "status", false), updates("namespaces", "finalize", false))
		}
	}
	var all []Problem
	for _, need := range []struct {
		check    *Check
		requests []request
		means    string
	}{
		{WebhookResources, resources, "the guardrails on them are not asked"},
		{WebhookSubresources, subresources, "a running Pod can get a container or resources that no guardrail has judged"},
		{WebhookLabels, labels, "they can change a namespace's labels, and so what applies to it"},
	} {
		missed := slices.DeleteFunc(need.requests, func(r request) bool {
			whole := r
			whole.subresource = "" // Where the resource is left out as a whole, that says enough.
			return covered(webhooks, r) || r != whole && !covered(webhooks, whole)
		})
		if len(missed) > 0 {
			all = append(all, problem(need.check, webhooks[0].path+".rules", "The rules leave out %s: %s.", enumerate(missed), need.means))
		}
	}
	return all
}

// requestsOn are the requests that bring an object of the kind. Of the group extensions no supported API server is left.
func requestsOn(k catalog.Kind) []request {
	if k.Group == "extensions" {
		return nil
	}
	resource := "*"
	if k.Kind != "*" {
		plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: k.Group, Kind: k.Kind})
		resource = plural.Resource
	}
	requests := make([]request, len(operations))
	for i, operation := range operations {
		requests[i] = request{operation: operation, group: k.Group, resource: resource,
			namespaced: !manifest.ClusterScoped(k.Group, k.Kind)}
	}
	return requests
}

func updates(resource, subresource string, namespaced bool) request {
	return request{operation: admissionregistrationv1.Update, resource: resource, subresource: subresource, namespaced: namespaced}
}

func covered(webhooks []webhook, r request) bool {
	return slices.ContainsFunc(webhooks, func(w webhook) bool { return w.covers(r) })
}

// covers tells whether the webhook's rules let the request through to Gatekeeper, in whatever version it comes.
func (w webhook) covers(r request) bool {
	exact := w.MatchPolicy != nil && *w.MatchPolicy == admissionregistrationv1.Exact
	return slices.ContainsFunc(w.Rules, func(rule admissionregistrationv1.RuleWithOperations) bool {
		return (!exact || has(rule.APIVersions, "*")) &&
			(has(rule.Operations, r.operation) || has(rule.Operations, admissionregistrationv1.OperationAll)) &&
			(has(rule.APIGroups, r.group) || has(rule.APIGroups, "*")) &&
			coversResource(rule.Resources, r) && coversScope(rule.Scope, r)
	})
}

// coversResource: * stands for all resources without their subresources, */* for everything.
func coversResource(resources []string, r request) bool {
	if has(resources, "*/*") {
		return true
	}
	if r.subresource == "" {
		return has(resources, "*") || has(resources, r.resource) || has(resources, r.resource+"/*")
	}
	return has(resources, r.resource+"/"+r.subresource) || has(resources, r.resource+"/*") || has(resources, "*/"+r.subresource)
}

// coversScope: an update of a Namespace's label counts as cluster-scoped.
func coversScope(scope *admissionregistrationv1.ScopeType, r request) bool {
	if scope == nil || *scope == admissionregistrationv1.AllScopes {
		return true
	}
	return (*scope == admissionregistrationv1.NamespacedScope) == r.namespaced
}

func has[T comparable](list []T, item T) bool { return slices.Contains(list, item) }

// enumerate names the requests by operation: the first few of many, and once what holds for all operations.
func enumerate(requests []request) string {
	const few = 6
	byNames := map[string][]string{}
	var order []string
	for _, operation := range operations {
		var names []string
		for _, r := range requests {
			if r.operation == operation && !has(names, r.name()) {
				names = append(names, r.name())
			}
		}
		if len(names) == 0 {
			continue
		}
		text := strings.Join(names, ", ")
		if len(names) > few+1 {
			text = fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
		}
		if byNames[text] == nil {
			order = append(order, text)
		}
		byNames[text] = append(byNames[text], string(operation))
	}
	for i, text := range order {
		order[i] = strings.Join(byNames[text], " and ") + " of " + text
	}
	return strings.Join(order, "; ")
}
