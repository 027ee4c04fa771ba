package doctor

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// match is what a constraint says about the objects that it judges. Nothing said is everything matched.
type match struct {
	Source             string                `json:"source"`
	Kinds              []matchKinds          `json:"kinds"`
	Scope              string                `json:"scope"`
	Namespaces         []string              `json:"namespaces"`
	ExcludedNamespaces []string              `json:"excludedNamespaces"`
	LabelSelector      *metav1.LabelSelector `json:"labelSelector"`
	NamespaceSelector  *metav1.LabelSelector `json:"namespaceSelector"`
	Name               string                `json:"name"`
}

type matchKinds struct {
	APIGroups []string `json:"apiGroups"`
	Kinds     []string `json:"kinds"`
}

// matchWeaknesses are objects that the profile judges and the constraint does not.
func matchWeaknesses(w wanted, m match) []Problem {
	var all []Problem
	add := func(field, format string, args ...any) {
		all = append(all, problem(ConstraintMatch, "spec.match."+field, format, args...))
	}
	if missed := m.missedKinds(w.AdmittedKinds()); len(missed) > 0 {
		add("kinds", "It does not judge %s.", strings.Join(missed, ", "))
	}
	if len(m.Namespaces) > 0 && !has(m.Namespaces, everywhere) {
		add("namespaces", "It judges only the namespaces %s.", strings.Join(m.Namespaces, ", "))
	}
	excluded := slices.DeleteFunc(slices.Clone(m.ExcludedNamespaces), w.exemptsNamespace)
	if len(excluded) > 0 {
		add("excludedNamespaces", "It leaves out the namespaces %s.", strings.Join(excluded, ", "))
	}
	if !selectsAll(m.LabelSelector) {
		add("labelSelector", "It judges only objects with %s: a label of its own exempts an object.", metav1.FormatLabelSelector(m.LabelSelector))
	}
	if !selectsAll(m.NamespaceSelector) {
		add("namespaceSelector", "It judges only namespaces with %s.", metav1.FormatLabelSelector(m.NamespaceSelector))
	}
	if m.Name != "" && m.Name != everywhere {
		add("name", "It judges only objects whose name is %s.", m.Name)
	}
	switch m.Scope { // Any other word matches every object.
	case "Cluster", "Namespaced":
		add("scope", "It judges only objects of the scope %s.", m.Scope)
	}
	switch m.Source {
	case "Original", "Generated":
		add("source", "It judges only objects of the source %s.", m.Source)
	}
	return all
}

// missedKinds are the kinds that the constraint does not name; an empty list names all.
func (m match) missedKinds(kinds []catalog.Kind) []string {
	var missed []string
	for _, k := range kinds {
		covered := len(m.Kinds) == 0 || slices.ContainsFunc(m.Kinds, func(entry matchKinds) bool {
			return includes(entry.Kinds, k.Kind) && includes(entry.APIGroups, k.Group)
		})
		if !covered {
			name := k.Kind
			if k.Group != "" {
				name = fmt.Sprintf("%s.%s", k.Kind, k.Group)
			}
			missed = append(missed, name)
		}
	}
	return missed
}

func includes(list []string, word string) bool {
	return len(list) == 0 || has(list, everywhere) || has(list, word)
}
