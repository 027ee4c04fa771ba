package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// exemptions tells what Gatekeeper's Config and labels of namespaces take out of its reach.
func (e *examination) exemptions() {
	for _, c := range e.in.configs {
		if !e.reads(c) {
			e.report(c.Object, problem(ConfigIgnored, "metadata.name", "Gatekeeper reads only %s/%s.", e.home(), configName))
			continue
		}
		e.report(c.Object, e.configProblems(c.body)...)
	}
	for _, n := range e.in.namespaces {
		if _, labelled := n.body.Metadata.Labels[ignoreLabel]; labelled && !e.mayBeIgnored(n.Name) {
			e.report(n.Object, problem(NamespaceIgnored, fmt.Sprintf("metadata.labels[%q]", ignoreLabel),
				"The label %s takes it out of the webhook's reach, whatever its value.", ignoreLabel))
		}
	}
}

// configProblems are the namespaces that are exempt from the webhook, the audit or the sync beyond what the profile
// exempts from every guardrail.
func (e *examination) configProblems(c gatekeeperConfig) []Problem {
	var all []Problem
	for i, entry := range c.Spec.Match {
		processes := slices.DeleteFunc(slices.Clone(entry.Processes), func(p string) bool {
			return !slices.Contains([]string{everywhere, "webhook", "audit", "sync"}, p)
		})
		namespaces := slices.DeleteFunc(slices.Clone(entry.ExcludedNamespaces), e.exemptEverywhere)
		if len(processes) > 0 && len(namespaces) > 0 {
			all = append(all, problem(ConfigExempts, fmt.Sprintf("spec.match[%d]", i), "It takes the namespaces %s out of the reach of %s.",
				strings.Join(namespaces, ", "), strings.ReplaceAll(strings.Join(processes, ", "), everywhere, "every process")))
		}
	}
	return all
}

// exemptEverywhere: Gatekeeper's own namespace is, and what no guardrail judges.
func (e *examination) exemptEverywhere(pattern string) bool {
	return pattern == e.home() || !slices.ContainsFunc(e.wanted, func(w wanted) bool { return !w.exemptsNamespace(pattern) })
}

// mayBeIgnored: the guardrail on the label says which namespaces may have it.
func (e *examination) mayBeIgnored(name string) bool {
	for _, w := range e.wanted {
		if w.ID == "gatekeeper-exemption" {
			allowed, _ := canonical(w.Parameters["namespaces"]).([]any)
			return slices.Contains(allowed, any(name))
		}
	}
	return name == e.home()
}

// duplicates are objects that the input holds twice.
func (e *examination) duplicates() {
	seen := map[string]string{}
	for _, o := range e.in.all() {
		key := fmt.Sprint(o.Group, "/", o.Kind, "/", o.Namespace, "/", o.Name)
		line, _ := o.Position("")
		if first, twice := seen[key]; twice {
			e.report(o, problem(ObjectTwice, "", "It stands at %s already.", first))
			continue
		}
		seen[key] = fmt.Sprintf("%s:%d", o.File, line)
	}
}
