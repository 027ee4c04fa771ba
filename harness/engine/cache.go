package engine

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// shared holds what rules came to that read nothing of the object under review: constants, and indexes over parameters
// and inventory. Without it each object would pay for them again, and a check of n objects would take n² steps where an
// index runs over n of them.
type shared struct {
	mu      sync.RWMutex
	results *frame
}

func newShared() *shared { return &shared{results: newFrame()} }

func (s *shared) get(hash int, ref ast.Ref) (value *ast.Term, known bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.results.get(hash, ref)
}

func (s *shared) add(found []result) {
	if len(found) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range found {
		s.results.put(hash(r.ref), r.ref, r.value)
	}
}

// result is what a rule came to, or a function with the arguments that end the ref.
type result struct {
	ref   ast.Ref
	value *ast.Term // nil is undefined
	next  int       // the result before with the same hash, -1 for none
}

// frame holds results by the hashes of their refs. OPA's own cache is a tree with a map for each step of each ref, which
// makes a tenth of all allocations.
type frame struct {
	last    map[int]int // by hash, the latest of its results
	results []result
	terms   []*ast.Term // of the refs, for OPA uses the slices again
}

func newFrame() *frame { return &frame{last: map[int]int{}} }

// reset empties the frame and keeps its memory.
func (f *frame) reset() {
	clear(f.last)
	clear(f.results)
	clear(f.terms)
	f.results, f.terms = f.results[:0], f.terms[:0]
}

func (f *frame) find(hash int, ref ast.Ref) int {
	i, known := f.last[hash]
	if !known {
		return -1
	}
	for i >= 0 && !slices.EqualFunc(f.results[i].ref, ref, (*ast.Term).Equal) {
		i = f.results[i].next
	}
	return i
}

func (f *frame) get(hash int, ref ast.Ref) (value *ast.Term, known bool) {
	if i := f.find(hash, ref); i >= 0 {
		return f.results[i].value, true
	}
	return nil, false
}

func (f *frame) put(hash int, ref ast.Ref, value *ast.Term) {
	if i := f.find(hash, ref); i >= 0 {
		f.results[i].value = value
		return
	}
	next, known := f.last[hash]
	if !known {
		next = -1
	}
	start := len(f.terms)
	f.terms = append(f.terms, ref...)
	f.last[hash] = len(f.results)
	f.results = append(f.results, result{f.terms[start:len(f.terms):len(f.terms)], value, next})
}

func hash(ref ast.Ref) int {
	sum := 0
	for _, term := range ref {
		sum = sum*31 + term.Hash()
	}
	return sum
}

// cache is the virtual cache of one evaluation (topdown.VirtualCache), with what others found out below it.
type cache struct {
	program *Program
	shared  *shared
	frames  []*frame // one, and one more in each `with`, under which nothing is shared
	found   []result // what this evaluation can share, once it has succeeded
}

// frames are used again by one evaluation after the other.
var frames = sync.Pool{New: func() any { return newFrame() }}

func newCache(p *Program, s *shared) *cache {
	return &cache{program: p, shared: s, frames: []*frame{frames.Get().(*frame)}}
}

// release ends the use of the cache.
func (c *cache) release() {
	for len(c.frames) > 0 {
		c.Pop()
	}
}

// Push begins a `with`.
func (c *cache) Push() { c.frames = append(c.frames, frames.Get().(*frame)) }

// Pop ends it.
func (c *cache) Pop() {
	top := c.frames[len(c.frames)-1]
	c.frames = c.frames[:len(c.frames)-1]
	top.reset()
	frames.Put(top)
}

// Get returns the cached value; the flag says that it is known to be undefined.
func (c *cache) Get(ref ast.Ref) (value *ast.Term, undefined bool) {
	key := hash(ref)
	top := c.frames[len(c.frames)-1]
	value, known := top.get(key, ref)
	if !known && len(c.frames) == 1 {
		if value, known = c.shared.get(key, ref); known {
			top.put(key, ref, value)
		}
	}
	return value, known && value == nil
}

// Put caches a value, nil for undefined.
func (c *cache) Put(ref ast.Ref, value *ast.Term) {
	c.frames[len(c.frames)-1].put(hash(ref), ref, value)
	if len(c.frames) == 1 && c.program.sharable(ref) {
		c.found = append(c.found, result{ref: slices.Clone(ref), value: value})
	}
}

// Keys lists what is cached.
func (c *cache) Keys() []ast.Ref {
	var keys []ast.Ref
	for _, r := range c.frames[len(c.frames)-1].results {
		if r.value != nil {
			keys = append(keys, r.ref)
		}
	}
	return keys
}

// sharable tells whether a cached ref is of a rule without input, and of a function only with scalar arguments: an
// object as argument is mostly of the review, and would be kept for nothing.
func (p *Program) sharable(ref ast.Ref) bool {
	if function, ok := ref[0].Value.(ast.Ref); ok {
		return p.constant.has(function) && !slices.ContainsFunc(ref[1:], func(argument *ast.Term) bool {
			return !ast.IsScalar(argument.Value)
		})
	}
	return p.constant.has(ref)
}

// constants is a tree of the refs of rules.
type constants struct {
	children map[string]*constants
	rule     bool // the ref is of a rule
	varies   bool // so is one at or below it that reads the input
}

func (c *constants) add(ref ast.Ref, varies bool) {
	for _, term := range ref {
		if c.children == nil {
			c.children = map[string]*constants{}
		}
		name, _ := nameOf(term)
		next := c.children[name]
		if next == nil {
			next = &constants{}
			c.children[name] = next
		}
		c = next
		c.varies = c.varies || varies
	}
	c.rule = true
}

// has tells whether the ref is of a rule that doesn't vary or leads into its value.
func (c *constants) has(ref ast.Ref) bool {
	for _, term := range ref {
		name, ok := nameOf(term)
		if !ok {
			return false
		}
		if c = c.children[name]; c == nil || c.rule {
			return c != nil && !c.varies
		}
	}
	return false
}

// nameOf is a step of the ref of a rule: `data`, or the name of a package or rule.
func nameOf(term *ast.Term) (string, bool) {
	switch value := term.Value.(type) {
	case ast.Var:
		return string(value), true
	case ast.String:
		return string(value), true
	default:
		return "", false
	}
}

// constantRules finds the rules that depend on nothing but data: neither they nor what they call read the input, the
// clock or anything else that differs between two evaluations.
func constantRules(compiler *ast.Compiler) map[*ast.Rule]bool {
	known := map[*ast.Rule]bool{}
	var isConstant func(rule *ast.Rule) bool
	isConstant = func(rule *ast.Rule) bool {
		if is, ok := known[rule]; ok {
			return is
		}
		is := !readsInput(rule)
		for part := rule; part != nil && is; part = part.Else {
			for dependency := range compiler.Graph.Dependencies(part) {
				is = is && isConstant(dependency.(*ast.Rule))
			}
		}
		known[rule] = is
		return is
	}
	constant := map[*ast.Rule]bool{}
	for _, module := range compiler.Modules {
		for _, rule := range module.Rules {
			constant[rule] = isConstant(rule)
		}
	}
	return constant
}

func constantRefs(compiler *ast.Compiler, constant map[*ast.Rule]bool) *constants {
	all := &constants{}
	for _, module := range compiler.Modules {
		for _, rule := range module.Rules {
			all.add(rule.Ref().GroundPrefix(), !constant[rule])
		}
	}
	return all
}

func readsInput(rule *ast.Rule) bool {
	found := false
	ast.WalkNodes(rule, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Expr:
			if node.IsCall() {
				if builtin := ast.BuiltinMap[node.Operator().String()]; builtin != nil {
					found = found || builtin.Nondeterministic
				}
			}
		case *ast.Term:
			ref, ok := node.Value.(ast.Ref)
			found = found || ok && ref.HasPrefix(ast.InputRootRef)
			found = found || ast.InputRootDocument.Equal(node)
		}
		return found
	})
	return found
}
