package inference

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	tokenEvent = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	usageEvent = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\n"
	endEvent   = "data: [DONE]\n\n"
)

func stream(pieces ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, piece := range pieces {
			_, _ = io.WriteString(w, piece)
		}
	}
}

// However a stream is cut into pieces, the client gets the same, and it costs the same.
func TestAStreamIsCountedHoweverItComes(t *testing.T) {
	whole := tokenEvent + tokenEvent + usageEvent + endEvent
	for size := 1; size <= len(whole); size++ {
		var pieces []string
		for at := 0; at < len(whole); at += size {
			pieces = append(pieces, whole[at:min(at+size, len(whole))])
		}
		recorder := httptest.NewRecorder()
		m := &meter{ResponseWriter: recorder, hideUsage: true, keepText: true}
		stream(pieces...)(m)
		usage, estimated := m.finish(400)
		if usage != (Usage{Prompt: 5, Completion: 2}) || estimated || m.text.String() != "aa" {
			t.Fatal(size, usage, estimated, m.text.String())
		}
		if got := recorder.Body.String(); got != tokenEvent+tokenEvent+endEvent {
			t.Fatal(size, got)
		}
	}
}

func TestUsageThatTheClientAskedForIsNotHidden(t *testing.T) {
	recorder := httptest.NewRecorder()
	m := &meter{ResponseWriter: recorder}
	stream(strings.ReplaceAll(tokenEvent+usageEvent, "\n", "\r\n"))(m)
	if usage, _ := m.finish(0); usage.Prompt != 5 || !strings.Contains(recorder.Body.String(), "usage") {
		t.Fatal(usage, recorder.Body)
	}
}

func TestAStreamThatBreaksOffIsEstimated(t *testing.T) {
	m := &meter{ResponseWriter: httptest.NewRecorder(), hideUsage: true}
	stream(tokenEvent, tokenEvent, tokenEvent)(m)
	if usage, estimated := m.finish(40); usage != (Usage{Prompt: 10, Completion: 3}) || !estimated {
		t.Fatal(usage, estimated)
	}
}

func TestAnErrorCostsNothing(t *testing.T) {
	m := &meter{ResponseWriter: httptest.NewRecorder()}
	m.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(m, `{"error":{}}`)
	if usage, estimated := m.finish(40); usage != (Usage{}) || estimated {
		t.Fatal(usage, estimated)
	}
}

func TestStreamsAreAskedForTheirUsage(t *testing.T) {
	for body, hidden := range map[string]bool{
		`{"model":"m","stream":true}`:                                            true,
		`{"model":"m","stream":true,"stream_options":null}`:                      true,
		`{"model":"m","stream":true,"stream_options":{"include_usage":false}}`:   true,
		`{"model":"m","stream":true,"stream_options":{"include_usage":true}}`:    false,
		`{"model":"m","stream":true,"stream_options":{"continuous_usage":true}}`: true,
	} {
		c, err := parseCall("/v1/completions", "", []byte(body))
		if err != nil || c.askForUsage() != hidden {
			t.Fatal(body, err)
		}
		var sent struct {
			Options map[string]bool `json:"stream_options"`
		}
		if json.Unmarshal(c.body(), &sent) != nil || !sent.Options["include_usage"] {
			t.Fatal(body, string(c.body()))
		}
	}
	c, _ := parseCall("/v1/completions", "", []byte(`{"model":"m"}`))
	if c.askForUsage() || c.fields["stream_options"] != nil {
		t.Fatal("an answer that is no stream has no options of one")
	}
}

func TestShorteningNeverLengthens(t *testing.T) {
	for body, want := range map[string]string{
		`{"model":"m","max_tokens":5}`:             `{"max_tokens":5,"model":"m"}`,
		`{"model":"m","max_tokens":50}`:            `{"max_tokens":10,"model":"m"}`,
		`{"model":"m","max_completion_tokens":50}`: `{"max_completion_tokens":10,"model":"m"}`,
		`{"model":"m"}`:                            `{"max_tokens":10,"model":"m"}`,
		`{"model":"m","max_tokens":"many"}`:        `{"max_tokens":10,"model":"m"}`,
	} {
		c, _ := parseCall("/v1/completions", "", []byte(body))
		if c.shorten(10); string(c.body()) != want {
			t.Fatal(body, string(c.body()))
		}
	}
}

func TestConversationsStayWhereTheyBegan(t *testing.T) {
	key := func(a Affinity, header, body string) string {
		c, err := parseCall("/v1/chat/completions", "", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("X-Session-Id", header)
		return a.key(r, c, Caller{Subject: "ada", Tenant: "bank"})
	}
	prefix := Affinity{By: "prefix", PrefixBytes: 2048}
	first := `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"q"}]}`
	second := `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},` +
		`{"role":"assistant","content":"a"},{"role":"user","content":"more"}]}`
	other := strings.Replace(first, `"q"`, `"z"`, 1)
	if key(prefix, "", first) != key(prefix, "", second) || key(prefix, "", first) == key(prefix, "", other) {
		t.Fatal("prefix")
	}
	session := Affinity{By: "session"}
	if key(session, "s1", first) != key(session, "s1", other) || key(session, "s1", first) == key(session, "s2", first) {
		t.Fatal("session")
	}
}
