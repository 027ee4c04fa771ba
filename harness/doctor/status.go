package doctor

import (
	"fmt"
	"strings"
)

// podStatus is what one Gatekeeper pod says about a template or constraint.
type podStatus struct {
	ID                 string   `json:"id"`
	Operations         []string `json:"operations"`
	Enforced           bool     `json:"enforced"`
	ObservedGeneration int64    `json:"observedGeneration"`
	Errors             []struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// statusProblems are those that every status can show: errors, and pods that enforce an older generation.
func statusProblems(failed *Check, m metadata, pods []podStatus) []Problem {
	var all []Problem
	for i, pod := range pods {
		path := fmt.Sprintf("status.byPod[%d]", i)
		if len(pod.Errors) > 0 {
			messages := make([]string, len(pod.Errors))
			for j, e := range pod.Errors {
				messages[j] = strings.Join(strings.Fields(e.Code+" "+e.Message), " ")
			}
			all = append(all, problem(failed, path+".errors", "Pod %s reports: %s.", pod.ID, strings.Join(messages, "; ")))
		}
		if pod.ObservedGeneration < m.Generation {
			all = append(all, problem(StatusStale, path+".observedGeneration", "Pod %s has seen generation %d of %d.", pod.ID,
				pod.ObservedGeneration, m.Generation))
		}
	}
	return all
}

// enforcementProblems tell whether a pod that answers the webhook enforces the constraint.
func (c constraint) enforcementProblems() []Problem {
	if !c.Metadata.live() {
		return nil
	}
	all := statusProblems(ConstraintError, c.Metadata, c.Status.ByPod)
	webhooks := 0
	for i, pod := range c.Status.ByPod {
		switch {
		case !has(pod.Operations, "webhook"):
			continue
		case !pod.Enforced && len(pod.Errors) == 0:
			all = append(all, problem(ConstraintNotEnforced, fmt.Sprintf("status.byPod[%d]", i), "Pod %s does not enforce it.", pod.ID))
		}
		webhooks++
	}
	if webhooks == 0 {
		all = append(all, problem(ConstraintNotEnforced, "status", "No pod that answers the webhook says that it enforces it."))
	}
	return all
}

// audit tells whether some pod audits. Only constraints in a cluster say so.
func (e *examination) audit() {
	var first *found[constraint]
	audits, finished := false, false
	for i := range e.in.constraints {
		c := &e.in.constraints[i]
		if !c.body.Metadata.live() || len(c.body.Status.ByPod) == 0 {
			continue
		}
		if first == nil {
			first = c
		}
		finished = finished || c.body.Status.AuditTimestamp != ""
		for _, pod := range c.body.Status.ByPod {
			audits = audits || has(pod.Operations, "audit")
		}
	}
	switch {
	case first == nil:
	case !audits:
		e.report(first.Object, problem(AuditOff, "status.byPod", "No pod audits: what is older than the guardrails is not reported."))
	case !finished:
		e.report(first.Object, problem(AuditOff, "status", "No audit has ended yet: what is older than the guardrails is not reported."))
	}
}
