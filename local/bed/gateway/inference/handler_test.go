package inference

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

const plainAnswer = `{"choices":[{"message":{"content":"yes"}}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`

type bench struct {
	*Handler
	signer signer
	lines  *observer.ObservedLogs
	clock  time.Time
	// What the model was asked, and how it answers.
	seen   *http.Request
	body   map[string]any
	answer func(http.ResponseWriter)
	fails  error
}

func newBench(t *testing.T) *bench {
	t.Helper()
	core, lines := observer.New(zap.InfoLevel)
	b := &bench{signer: newSigner(t), lines: lines, clock: time.Unix(1_000_000, 0)}
	b.Handler = &Handler{
		Token: b.signer.tokens(t),
		Tenants: map[string]*Tenant{
			"bank":  {Name: "bank", Models: []string{"big", "small"}, TokensPerMinute: 100},
			"other": {Name: "other", Models: []string{"small"}, TokensPerMinute: 100},
		},
		Models:        map[string]*Model{"big": {}, "small": {}},
		Affinity:      Affinity{By: "prefix", PrefixBytes: 64},
		MostBodyBytes: 1000,
		log:           zap.NewNop(),
		audit:         zap.New(core),
		now:           func() time.Time { return b.clock },
	}
	for _, tenant := range b.Tenants {
		tenant.tokens = newBucket(tenant.TokensPerMinute, b.clock)
	}
	b.answer = func(w http.ResponseWriter) { _, _ = io.WriteString(w, plainAnswer) }
	return b
}

func (b *bench) ask(t *testing.T, path, tenant, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.signer.token(t, map[string]any{"tenant": tenant}))
	r = r.WithContext(context.WithValue(r.Context(), caddy.ReplacerCtxKey, caddy.NewReplacer()))
	w := httptest.NewRecorder()
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		b.seen, b.body = r, nil
		if err := json.NewDecoder(r.Body).Decode(&b.body); err != nil {
			return err
		}
		if b.fails != nil {
			return b.fails
		}
		b.answer(w)
		return nil
	})
	if err := b.ServeHTTP(w, r, next); err != nil {
		t.Fatal(err)
	}
	return w
}

func (b *bench) last(t *testing.T) map[string]any {
	t.Helper()
	all := b.lines.All()
	if len(all) == 0 {
		t.Fatal("nothing was recorded")
	}
	return all[len(all)-1].ContextMap()
}

const chat = "/v1/chat/completions"

func question(model string) string {
	return fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"secret"}],"extra":1.50}`, model)
}

func TestARequestIsPassedOnAndRecordedWithoutItsText(t *testing.T) {
	b := newBench(t)
	w := b.ask(t, chat, "bank", question("big"))
	if w.Code != 200 || w.Body.String() != plainAnswer || b.body["extra"] != 1.5 {
		t.Fatal(w.Code, w.Body, b.body)
	}
	got, _ := json.Marshal(b.last(t))
	want := `{"client":"192.0.2.1","completion_tokens":3,"duration_ms":0,"model":"big","path":"/v1/chat/completions",` +
		`"prompt_tokens":7,"status":200,"subject":"ada","tenant":"bank"}`
	if string(got) != want {
		t.Fatal(string(got))
	}
}

func TestTextIsRecordedWhereThatIsAskedFor(t *testing.T) {
	b := newBench(t)
	b.RecordText = true
	b.ask(t, chat, "bank", question("big"))
	if line := b.last(t); line["answer"] != "yes" || !strings.Contains(fmt.Sprint(line["prompt"]), "secret") {
		t.Fatal(line)
	}
}

func TestWhatIsRefused(t *testing.T) {
	b := newBench(t)
	cases := []struct {
		name, path, tenant, body string
		status                   int
	}{
		{"a tenant that nobody knows", chat, "stranger", question("big"), 403},
		{"a model of others", chat, "other", question("big"), 404},
		{"a model of others by its path", "/big" + chat, "other", question("big"), 404},
		{"a model that is not there", chat, "bank", question("huge"), 404},
		{"two models at once", "/small" + chat, "bank", question("big"), 400},
		{"the last of two models", chat, "other", `{"model":"small","model":"big"}`, 404},
		{"a long body", chat, "bank", question(strings.Repeat("m", 1000)), 413},
		{"no model", chat, "bank", `{"messages":[]}`, 400},
		{"no JSON", chat, "bank", `hello`, 400},
		{"null", chat, "bank", `null`, 400},
		{"a path of the engine", "/metrics", "bank", question("big"), 404},
		{"a path beside the API", "/big/metrics", "bank", question("big"), 404},
	}
	for _, c := range cases {
		b.seen = nil
		w := b.ask(t, c.path, c.tenant, c.body)
		if w.Code != c.status || b.seen != nil || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if b.last(t)["status"] != int64(c.status) {
			t.Errorf("%s: recorded %v", c.name, b.last(t))
		}
	}
	b.clock = b.clock.Add(time.Second)
	r := httptest.NewRequest(http.MethodPost, chat, strings.NewReader(question("big")))
	w := httptest.NewRecorder()
	if err := b.ServeHTTP(w, r, nil); err != nil || w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Fatal(err, w.Code)
	}
}

func TestTheModelOfThePath(t *testing.T) {
	b := newBench(t)
	b.ask(t, "/big"+chat, "bank", `{"messages":[]}`)
	if b.seen.URL.Path != chat || b.body["model"] != "big" {
		t.Fatal(b.seen.URL.Path, b.body)
	}
}

func TestTokensAreChargedAndComeBack(t *testing.T) {
	b := newBench(t)
	b.answer = func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, `{"usage":{"prompt_tokens":100,"completion_tokens":50}}`)
	}
	if w := b.ask(t, chat, "bank", question("big")); w.Code != 200 {
		t.Fatal(w.Code)
	}
	w := b.ask(t, chat, "bank", question("big"))
	if w.Code != 429 || w.Header().Get("Retry-After") != "31" || !strings.Contains(w.Body.String(), "token_quota") {
		t.Fatal(w.Code, w.Header(), w.Body)
	}
	if w := b.ask(t, chat, "other", question("small")); w.Code != 200 {
		t.Fatal("one tenant's debt is another's:", w.Code)
	}
	b.clock = b.clock.Add(31 * time.Second)
	if w := b.ask(t, chat, "bank", question("big")); w.Code != 200 {
		t.Fatal(w.Code)
	}
}

func TestWhatTheHandlersBehindRefuse(t *testing.T) {
	b := newBench(t)
	for status, code := range map[int]string{429: "rate_limit", 502: "service_unavailable", 503: "service_unavailable"} {
		b.fails = caddyhttp.Error(status, fmt.Errorf("inside"))
		w := b.ask(t, chat, "bank", question("big"))
		if w.Code != status || !strings.Contains(w.Body.String(), code) || strings.Contains(w.Body.String(), "inside") {
			t.Error(status, w.Code, w.Body)
		}
		if line := b.last(t); line["status"] != int64(status) || line["prompt_tokens"] != int64(0) {
			t.Error(line)
		}
	}
}

func (b *bench) full(name string, change Model) {
	m := b.Models[name]
	m.MostOpen, m.Strategy, m.open = 2, change.Strategy, 2
	m.ShortenToTokens, m.RerouteTo = change.ShortenToTokens, change.RerouteTo
	m.lookup = func(context.Context, string) ([]string, error) { return []string{"10.0.0.1"}, nil }
}

func TestOverload(t *testing.T) {
	b := newBench(t)
	b.full("big", Model{Strategy: "shed"})
	if w := b.ask(t, chat, "bank", question("big")); w.Code != 429 || w.Header().Get("Retry-After") != "1" {
		t.Fatal("shed:", w.Code)
	}
	b.full("big", Model{Strategy: "shorten", ShortenToTokens: 9})
	if b.ask(t, chat, "bank", question("big")); b.body["max_tokens"] != 9.0 || b.last(t)["overload"] != "shorten" {
		t.Fatal("shorten:", b.body)
	}
	b.full("big", Model{Strategy: "reroute", RerouteTo: "small"})
	if b.ask(t, chat, "bank", question("big")); b.body["model"] != "small" || b.last(t)["served_by"] != "small" {
		t.Fatal("reroute:", b.body)
	}
	b.full("small", Model{Strategy: "shed"})
	if w := b.ask(t, chat, "bank", question("big")); w.Code != 429 {
		t.Fatal("reroute to what is full:", w.Code)
	}
	if b.Models["big"].open != 2 || b.Models["small"].open != 2 {
		t.Fatal("requests that ended are still counted")
	}
}

func TestOneMoreReplicaIsRoomForMore(t *testing.T) {
	b := newBench(t)
	b.full("big", Model{Strategy: "shed"})
	b.Models["big"].lookup = func(context.Context, string) ([]string, error) { return []string{"a", "b"}, nil }
	if w := b.ask(t, chat, "bank", question("big")); w.Code != 200 {
		t.Fatal(w.Code)
	}
}
