package inference

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// cutModel takes a model off the beginning of a path: /deepseek-r1/v1/models is /v1/models of that model.
func (h *Handler) cutModel(r *http.Request) string {
	name, rest, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !found || h.Models[name] == nil || !strings.HasPrefix(rest, "v1/") {
		return ""
	}
	r.URL.Path, r.URL.RawPath = "/"+rest, ""
	return name
}

// pass sends a request to its model, or to another where the strategy says so.
func (h *Handler) pass(
	out *meter, r *http.Request, entry *record, asked *call, caller Caller, next caddyhttp.Handler,
) *problem {
	served, refused := h.place(r, entry, asked)
	if refused != nil {
		return refused
	}
	defer served.leave()
	out.hideUsage = asked.askForUsage()
	body := asked.body()
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	r.Header.Set(AffinityHeader, h.Affinity.key(r, asked, caller))
	// What is compressed cannot be counted.
	r.Header.Del("Accept-Encoding")
	if repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok {
		repl.Set("seamount.tenant", entry.tenantName)
		repl.Set("seamount.model", asked.model())
	}
	if err := next.ServeHTTP(out, r); err != nil && out.status == 0 {
		return proxyProblem(err)
	}
	return nil
}

// place finds room for a request, by the strategy of its model where there is none.
func (h *Handler) place(r *http.Request, entry *record, asked *call) (*Model, *problem) {
	model, now := h.Models[entry.model], h.now()
	if model.enter(r.Context(), now) {
		return model, nil
	}
	entry.overload = model.Strategy
	switch model.Strategy {
	case "shorten":
		asked.shorten(model.ShortenToTokens)
		model.force()
		return model, nil
	case "reroute":
		if other := h.Models[model.RerouteTo]; other.enter(r.Context(), now) {
			entry.servedBy = model.RerouteTo
			asked.setModel(model.RerouteTo)
			return other, nil
		}
	}
	return nil, &problem{429, "overloaded", "The model has more requests than it can hold.", time.Second}
}
