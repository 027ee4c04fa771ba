package doctor

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

const (
	// ignoreLabel takes a namespace out of the webhook's reach.
	ignoreLabel = "admission.gatekeeper.sh/ignore"
	// nameLabel is set to every namespace's name by the API server.
	nameLabel = "kubernetes.io/metadata.name"
	// defaultNamespace is where Gatekeeper runs if nothing says otherwise.
	defaultNamespace = "gatekeeper-system"
	// admitPath and labelPath are where Gatekeeper judges objects, and the label of namespaces.
	admitPath, labelPath = "/v1/admit", "/v1/admitlabel"
)

// The matchConditions of constraints/webhook: they spare kinds that no guardrail judges, whoever sends the request.
const (
	sparesLeases  = `!(request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases")`
	sparesEvents  = `!(request.resource.group in ["", "events.k8s.io"] && request.resource.resource == "events")`
	sparesReviews = `!(request.resource.group in ["authentication.k8s.io", "authorization.k8s.io"])`
)

// webhook is one of a configuration's.
type webhook struct {
	admissionregistrationv1.ValidatingWebhook
	object *manifest.Object
	path   string
	live   bool
}

// leadTo lists the webhooks that call Gatekeeper at the path.
func (e *examination) leadTo(path string) []webhook {
	var all []webhook
	for _, c := range e.in.webhooks {
		for i, w := range c.body.Webhooks {
			if callsAt(w.ClientConfig) == path {
				all = append(all, webhook{w, c.Object, fmt.Sprintf("webhooks[%d]", i), c.body.UID != ""})
			}
		}
	}
	return all
}

func callsAt(c admissionregistrationv1.WebhookClientConfig) string {
	switch {
	case c.Service != nil && c.Service.Path != nil:
		return *c.Service.Path
	case c.URL != nil:
		if u, err := url.Parse(*c.URL); err == nil {
			return u.Path
		}
	}
	return ""
}

// home is the namespace that Gatekeeper runs in.
func (e *examination) home() string {
	for _, w := range e.leadTo(admitPath) {
		if w.ClientConfig.Service != nil {
			return w.ClientConfig.Service.Namespace
		}
	}
	return defaultNamespace
}

// webhooks examines the way to Gatekeeper.
func (e *examination) webhooks() {
	all := e.leadTo(admitPath)
	if len(all) == 0 {
		e.missing(report.Object{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingWebhookConfiguration",
			Name: "gatekeeper-validating-webhook-configuration"},
			problem(WebhookMissing, "", "No webhook brings requests to Gatekeeper: nothing is denied at admission."))
		return
	}
	home := e.home()
	for _, w := range all {
		e.report(w.object, w.problems(home)...)
	}
	e.report(all[0].object, e.coverage(all)...)
	e.labelGuard(all[0].object, home)
}

// problems are those of a single webhook. What the API server defaults is Fail, 10 seconds and no selector.
func (w webhook) problems(home string) []Problem {
	var all []Problem
	add := func(c *Check, field, format string, args ...any) {
		all = append(all, problem(c, w.path+"."+field, format, args...))
	}
	if w.live && len(w.ClientConfig.CABundle) == 0 {
		add(WebhookUnreachable, "clientConfig", "clientConfig has no caBundle, so that the API server cannot call %s.", w.Name)
	}
	if w.failsOpen() {
		add(WebhookFailsOpen, "failurePolicy",
			"failurePolicy of %s is Ignore: while Gatekeeper is slow or down, everything is admitted.", w.Name)
	}
	if more := beyondShipped(w.NamespaceSelector, home); !selectsAll(more) {
		add(WebhookNamespaces, "namespaceSelector", "%s sees only namespaces with %s.", w.Name, metav1.FormatLabelSelector(more))
	}
	if !selectsAll(w.ObjectSelector) {
		add(WebhookObjects, "objectSelector", "%s sees only objects with %s: a label of its own exempts an object.", w.Name,
			metav1.FormatLabelSelector(w.ObjectSelector))
	}
	for i, c := range w.MatchConditions {
		if !slices.Contains([]string{sparesLeases, sparesEvents, sparesReviews}, strings.TrimSpace(c.Expression)) {
			add(WebhookConditions, fmt.Sprintf("matchConditions[%d]", i), "%s sees only requests with %s (%s).", w.Name,
				strings.TrimSpace(c.Expression), c.Name)
		}
	}
	if w.stopsLeases() {
		add(WebhookLeases, "matchConditions", "%s fails closed for leases too: without Gatekeeper nodes and controllers "+
			"count as lost, and it may never come back.", w.Name)
	}
	if seconds := w.TimeoutSeconds; seconds != nil && (*seconds < 3 || *seconds > 10) {
		add(WebhookTimeout, "timeoutSeconds", "timeoutSeconds of %s is %d: %s.", w.Name, *seconds, w.timeoutMeans(*seconds))
	}
	return all
}

func (w webhook) failsOpen() bool {
	return w.FailurePolicy != nil && *w.FailurePolicy == admissionregistrationv1.Ignore
}

func (w webhook) timeoutMeans(seconds int32) string {
	switch {
	case seconds > 10:
		return "every request can wait that long for a Gatekeeper that does not answer"
	case w.failsOpen():
		return "an object that takes longer to judge is admitted"
	default:
		return "good objects are refused when Gatekeeper is busy"
	}
}

// stopsLeases tells whether nodes and controllers need Gatekeeper to stay alive.
func (w webhook) stopsLeases() bool {
	renewal := request{operation: admissionregistrationv1.Update, group: "coordination.k8s.io", resource: "leases", namespaced: true}
	return !w.failsOpen() && w.covers(renewal) &&
		!slices.ContainsFunc(w.MatchConditions, func(c admissionregistrationv1.MatchCondition) bool {
			return strings.Contains(c.Expression, "leases")
		})
}

// labelGuard examines the webhook that refuses the label with which a namespace leaves Gatekeeper's reach; the guardrail
// cannot see such a namespace, since the other webhook passes over it.
func (e *examination) labelGuard(admission *manifest.Object, home string) {
	guards := e.leadTo(labelPath)
	if len(guards) == 0 {
		e.report(admission, problem(WebhookLabelGuard, "webhooks", "check-ignore-label.gatekeeper.sh is missing: whoever can "+
			"label a namespace with %s exempts it.", ignoreLabel))
	}
	for _, w := range guards {
		if gaps := w.guardGaps(home); len(gaps) > 0 {
			e.report(w.object, problem(WebhookLabelGuard, w.path, "%s lets namespaces be labelled %s: %s.", w.Name, ignoreLabel,
				strings.Join(gaps, "; ")))
		}
	}
}

func (w webhook) guardGaps(home string) []string {
	var gaps []string
	if w.failsOpen() {
		gaps = append(gaps, "failurePolicy is Ignore")
	}
	for _, operation := range operations {
		if !w.covers(request{operation: operation, resource: "namespaces"}) {
			gaps = append(gaps, fmt.Sprintf("its rules leave out %s of namespaces", operation))
		}
	}
	if !selectsAll(beyondShipped(w.NamespaceSelector, home)) || !selectsAll(w.ObjectSelector) || len(w.MatchConditions) > 0 {
		gaps = append(gaps, "a selector or condition narrows it")
	}
	return gaps
}

func selectsAll(s *metav1.LabelSelector) bool {
	return s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0
}

// beyondShipped is what a namespaceSelector asks beyond what Gatekeeper ships with.
func beyondShipped(s *metav1.LabelSelector, home string) *metav1.LabelSelector {
	if s == nil {
		return nil
	}
	more := &metav1.LabelSelector{MatchLabels: s.MatchLabels}
	for _, r := range s.MatchExpressions {
		label := r.Key == ignoreLabel && r.Operator == metav1.LabelSelectorOpDoesNotExist
		name := r.Key == nameLabel && r.Operator == metav1.LabelSelectorOpNotIn
		if name { // Gatekeeper's own namespace must be exempt, or it could not come back.
			r.Values = slices.DeleteFunc(slices.Clone(r.Values), func(v string) bool { return v == home })
		}
		if !label && (!name || len(r.Values) > 0) {
			more.MatchExpressions = append(more.MatchExpressions, r)
		}
	}
	return more
}
