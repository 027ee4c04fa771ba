package manifest

import "fmt"

// review adds the object of an AdmissionReview.
func (b *builder) review(gvk GroupVersionKind, value map[string]any, at place) {
	c := checkObject(gvk, value)
	for _, m := range c.mismatches {
		b.refuse(at, m.Path, fmt.Sprintf("%s of AdmissionReview %s", m.Path, m.Message))
	}
	for _, m := range c.unknown {
		b.refuse(at, m.Path, m.Message)
	}
	request, ok := value["request"].(map[string]any)
	if !ok {
		b.refuse(at, "request", "the AdmissionReview has no request")
		return
	}
	r := &Request{
		Operation:   stringField(request, "operation"),
		SubResource: stringField(request, "subResource"),
		Namespace:   stringField(request, "namespace"),
		Name:        stringField(request, "name"),
	}
	switch r.Operation {
	case "CREATE", "UPDATE", "DELETE", "CONNECT":
	default:
		b.refuse(at, "request.operation",
			fmt.Sprintf("operation %q is none of CREATE, UPDATE, DELETE and CONNECT", r.Operation))
		return
	}
	r.OldObject, _ = request["oldObject"].(map[string]any)
	r.UserInfo, _ = request["userInfo"].(map[string]any)
	r.Options, _ = request["options"].(map[string]any)
	r.DryRun, _ = request["dryRun"].(bool)
	kind, _ := request["kind"].(map[string]any)
	r.Kind = GroupVersionKind{stringField(kind, "group"), stringField(kind, "version"), stringField(kind, "kind")}
	resource, _ := request["resource"].(map[string]any)
	r.Resource = GroupVersionResource{
		stringField(resource, "group"), stringField(resource, "version"), stringField(resource, "resource"),
	}
	b.reviewed(r, request, at)
}

// reviewed adds the object, or what a DELETE removes.
func (b *builder) reviewed(r *Request, request map[string]any, at place) {
	field := "object"
	if request[field] == nil && r.Operation == "DELETE" {
		field = "oldObject"
	}
	object, ok := request[field].(map[string]any)
	here := at.below("request", field)
	if !ok {
		b.refuse(here, "", fmt.Sprintf("%s of the request is %s; a Kubernetes object is a mapping",
			field, typeName(request[field])))
		return
	}
	gvk, ok := b.typeMeta(object, here)
	if !ok {
		return
	}
	if r.Kind == (GroupVersionKind{}) {
		r.Kind = gvk
	}
	if gvk != r.Kind {
		b.refuse(here, "kind", fmt.Sprintf("the object is a %s (%s), but the request is about a %s (%s)",
			gvk.Kind, joinGroupVersion(gvk.Group, gvk.Version), r.Kind.Kind, joinGroupVersion(r.Kind.Group, r.Kind.Version)))
		return
	}
	b.add(gvk, object, here, r)
}
