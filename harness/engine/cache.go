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
	results frame
}

func newShared() *shared {
	return &shared{results: frame{}}
}

func (s *shared) get(ref ast.Ref) (*ast.Term, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, known := s.results.get(ref)
	return r.value, known
}

func (s *shared) add(results []result) {
	if len(results) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range results {
		s.results.put(r.ref, r.value)
	}
}

// result is what a rule came to, or a function with the arguments that end the ref.
type result struct {
	ref   ast.Ref
	value *ast.Term // nil is undefined
}

// frame holds results by the hashes of their refs. OPA's own cache is a tree with a map for each step of each ref, which
// makes a tenth of all allocations.
type frame map[int][]result

func (f frame) get(ref ast.Ref) (result, bool) {
	for _, r := range f[hash(ref)] {
		if slices.EqualFunc(r.ref, ref, (*ast.Term).Equal) {
			return r, true
		}
	}
	return result{}, false
}

func (f frame) put(ref ast.Ref, value *ast.Term) {
	key := hash(ref)
	for i, r := range f[key] {
		if slices.EqualFunc(r.ref, ref, (*ast.Term).Equal) {
			f[key][i].value = value
			return
		}
	}
	f[key] = append(f[key], result{slices.Clone(ref), value}) // OPA uses the slice again.
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
	frames  []frame  // one, and one more in each `with`, under which nothing is shared
	found   []result // what this evaluation can share, once it has succeeded
}

func newCache(p *Program, s *shared) *cache {
	return &cache{program: p, shared: s, frames: []frame{{}}}
}

// Push begins a `with`.
func (c *cache) Push() { c.frames = append(c.frames, frame{}) }

// Pop ends it.
func (c *cache) Pop() { c.frames = c.frames[:len(c.frames)-1] }

// Get returns the cached value; the flag says that it is known to be undefined.
func (c *cache) Get(ref ast.Ref) (value *ast.Term, undefined bool) {
	top := c.frames[len(c.frames)-1]
	r, known := top.get(ref)
	if !known && len(c.frames) == 1 && c.program.sharable(ref) {
		if r.value, known = c.shared.get(ref); known {
			top.put(ref, r.value)
		}
	}
	return r.value, known && r.value == nil
}

// Put caches a value, nil for undefined.
func (c *cache) Put(ref ast.Ref, value *ast.Term) {
	c.frames[len(c.frames)-1].put(ref, value)
	if len(c.frames) == 1 && c.program.sharable(ref) {
		c.found = append(c.found, result{ref.Copy(), value})
	}
}

// Keys lists what is cached.
func (c *cache) Keys() []ast.Ref {
	var keys []ast.Ref
	for _, results := range c.frames[len(c.frames)-1] {
		for _, r := range results {
			if r.value != nil {
				keys = append(keys, r.ref)
			}
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
	children map[ast.Value]*constants
	rule     bool // the ref is of a rule
	varies   bool // so is one at or below it that reads the input
}

func (c *constants) add(ref ast.Ref, varies bool) {
	for _, term := range ref {
		if c.children == nil {
			c.children = map[ast.Value]*constants{}
		}
		next := c.children[term.Value]
		if next == nil {
			next = &constants{}
			c.children[term.Value] = next
		}
		c = next
		c.varies = c.varies || varies
	}
	c.rule = true
}

// has tells whether the ref is of a rule that doesn't vary or leads into its value.
func (c *constants) has(ref ast.Ref) bool {
	for _, term := range ref {
		switch term.Value.(type) {
		case ast.Var, ast.String:
			c = c.children[term.Value]
		default:
			return false // Not every value can be a key of a map.
		}
		if c == nil || c.rule {
			return c != nil && !c.varies
		}
	}
	return false
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
