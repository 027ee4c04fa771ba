package engine

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Document is a document that is no Kubernetes object, as lib.documents recognises it.
type Document struct {
	Kind string `json:"kind"`
	// Name is "" where the document has none.
	Name string `json:"name"`
	// Path is the document's index where the value that was examined is a list of documents, else empty.
	Path []int `json:"path"`
}

// Documents recognises such documents. It is safe for concurrent use.
type Documents struct {
	compiler *ast.Compiler
	query    ast.Body
}

// DocumentsFile is the library that recognises documents. It imports no other.
const DocumentsFile = "lib/documents/documents.rego"

// NewDocuments compiles lib.documents.
func NewDocuments(c *catalog.Catalog) (*Documents, error) {
	lib := c.Libs[DocumentsFile]
	if lib == nil {
		return nil, fmt.Errorf("%s: missing", DocumentsFile)
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(map[string]*ast.Module{DocumentsFile: lib.AST}); compiler.Failed() {
		return nil, compiler.Errors
	}
	return newDocuments(compiler)
}

// LinkDocuments is NewDocuments for a library that was compiled before.
func LinkDocuments(modules *Modules) (*Documents, error) {
	compiler, err := link(modules)
	if err != nil {
		return nil, err
	}
	return newDocuments(compiler)
}

func newDocuments(compiler *ast.Compiler) (*Documents, error) {
	query, err := compiler.QueryCompiler().Compile(ast.MustParseBody(resultVar + " = data.lib.documents.found(input)"))
	return &Documents{compiler, query}, err
}

const resultVar = "result"

// Find lists the documents that a value (JSON types with exact numbers) holds, none where it is not recognised.
func (d *Documents) Find(ctx context.Context, value any) ([]Document, error) {
	input, err := ast.InterfaceToValue(value)
	if err != nil {
		return nil, err
	}
	results, err := topdown.NewQuery(d.query).WithCompiler(d.compiler).WithInput(ast.NewTerm(input)).
		WithStrictBuiltinErrors(true).Run(ctx)
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("internal error: %s gives %d results", DocumentsFile, len(results))
	}
	var found []Document
	return found, ast.As(results[0][resultVar].Value, &found)
}
