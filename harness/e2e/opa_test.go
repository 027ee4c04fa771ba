package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// keyID names the key that signs bundles, in them and in OPA's configuration.
const keyID = "platform"

// opa is an OPA server that knows nothing of Rampart but where its bundle is and whose signature it must bear.
type opa struct {
	*server
	program, dir, url string
	configuration     string
}

// startOPA starts an OPA with the README's configuration, which polls the source each second.
func startOPA(t testing.TB, name string, from source, key signingKey, change func(configuration object)) *opa {
	t.Helper()
	o := &opa{program: name, dir: t.TempDir()}
	configuration := readme(t, "services:")
	service, resource := from.configuration()
	configuration["services"].(object)["rampart"] = service
	configuration["keys"].(object)[keyID].(object)["key"] = key.public
	configuration["persistence_directory"] = o.dir
	bundle := configuration["bundles"].(object)["rampart"].(object)
	bundle["resource"], bundle["polling"] = resource, object{"min_delay_seconds": 1, "max_delay_seconds": 1}
	configuration["status"] = object{"prometheus": true}
	if change != nil {
		change(configuration)
	}
	text, err := yaml.Marshal(configuration)
	require.NoError(t, err)
	o.configuration = write(t, o.dir, "opa.yaml", text)
	o.restart(t)
	return o
}

// readme is the README's YAML that begins with the text.
func readme(t testing.TB, begin string) object {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```yaml\n"+begin)
	require.True(t, found, begin)
	block, _, _ := strings.Cut(rest, "```")
	var content object
	require.NoError(t, yaml.UnmarshalStrict([]byte(begin+block), &content))
	return content
}

// restart starts the server, again if it has run before.
func (o *opa) restart(t testing.TB) {
	t.Helper()
	if o.server != nil {
		o.stop()
	}
	address := freeAddress(t)
	o.url = "http://" + address
	o.server = start(t, nil, o.program, "run", "--server", "--addr", address, "--skip-version-check", "--log-level", "error",
		"--config-file", o.configuration)
	listening(t, address)
}

// call sends a request and decodes the answer, if it shall; it returns the status code.
func (o *opa) call(t testing.TB, method, path string, body, into any) (int, error) {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, o.url+path, content)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	text, err := io.ReadAll(response.Body)
	err = errors.Join(err, response.Body.Close())
	if err == nil && into != nil && response.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, into)
	}
	return response.StatusCode, err
}

// check asks data.rampart.check.
func (o *opa) check(t testing.TB, input any) ([]finding, error) {
	t.Helper()
	var answer struct{ Result *[]finding }
	code, err := o.call(t, http.MethodPost, "/v1/data/rampart/check", object{"input": input}, &answer)
	if err == nil && (code != http.StatusOK || answer.Result == nil) {
		err = fmt.Errorf("status %d, result %v", code, answer.Result)
	}
	if err != nil {
		return nil, err
	}
	return sorted(*answer.Result), nil
}

// provide makes the objects the inventory.
func (o *opa) provide(t testing.TB, objects []object) {
	t.Helper()
	_, value := inventory(t, objects)
	code, err := o.call(t, http.MethodPut, "/v1/data/inventory", value, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, code)
}

// status is what OPA says of the bundle.
type status struct {
	ActiveRevision string `json:"active_revision"`
	Code, Message  string
	Errors         []object
}

func (o *opa) status(t testing.TB) (status, error) {
	t.Helper()
	var answer struct {
		Result struct{ Bundles map[string]status }
	}
	code, err := o.call(t, http.MethodGet, "/v1/status", nil, &answer)
	if err == nil && code != http.StatusOK {
		err = fmt.Errorf("/v1/status: status %d", code)
	}
	return answer.Result.Bundles["rampart"], err
}

// activated waits until the revision is the active one.
func (o *opa) activated(t testing.TB, revision string) {
	t.Helper()
	eventually(t, "revision "+revision, func() error {
		s, err := o.status(t)
		if err == nil && s.ActiveRevision != revision {
			err = fmt.Errorf("%+v", s)
		}
		return err
	})
}

// ready is the answer to whether all bundles are active.
func (o *opa) ready(t testing.TB) int {
	t.Helper()
	code, err := o.call(t, http.MethodGet, "/health?bundles", nil, nil)
	require.NoError(t, err)
	return code
}
