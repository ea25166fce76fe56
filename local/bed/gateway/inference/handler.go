// Package inference is Caddy's handler for requests to models: it checks the token, lets a tenant use the models that it
// may, counts tokens, keeps to quotas, acts on overload, and records every request.
package inference

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

// AffinityHeader carries the key by which the proxy chooses a replica.
const AffinityHeader = "X-Seamount-Affinity"

// Tenant is a client organisation.
type Tenant struct {
	Name   string   `json:"name"`
	Models []string `json:"models"`
	// Tokens a minute at this gateway.
	TokensPerMinute int `json:"tokens_per_minute"`

	tokens *bucket
}

func (t *Tenant) may(model string) bool {
	for _, each := range t.Models {
		if each == model {
			return true
		}
	}
	return false
}

// Handler is the module http.handlers.seamount_inference.
type Handler struct {
	Token *Tokens `json:"token"`
	// Tenants by the value of the tenant claim.
	Tenants map[string]*Tenant `json:"tenants"`
	Models  map[string]*Model  `json:"models"`
	// Affinity decides which replica a request goes to.
	Affinity Affinity `json:"affinity"`
	// RecordText puts prompts and answers into the record.
	RecordText bool `json:"record_text,omitempty"`

	log   *zap.Logger
	audit *zap.Logger
	now   func() time.Time
}

func init() { caddy.RegisterModule(Handler{}) }

// CaddyModule is what Caddy knows the module by.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.seamount_inference", New: func() caddy.Module { return new(Handler) }}
}

// Provision prepares the handler.
func (h *Handler) Provision(ctx caddy.Context) error {
	h.log = ctx.Logger()
	h.audit = h.log.Named("audit")
	h.now = time.Now
	if h.Token == nil {
		return errors.New("token must be set")
	}
	if err := h.check(); err != nil {
		return err
	}
	for _, tenant := range h.Tenants {
		tenant.tokens = newBucket(tenant.TokensPerMinute, h.now())
	}
	return h.Token.Provision(ctx)
}

func (h *Handler) check() error {
	for claim, tenant := range h.Tenants {
		if tenant.TokensPerMinute < 1 {
			return fmt.Errorf("tenant %s: tokens_per_minute must be 1 or more", claim)
		}
		for _, model := range tenant.Models {
			if h.Models[model] == nil {
				return fmt.Errorf("tenant %s: there is no model %s", claim, model)
			}
		}
	}
	for name, model := range h.Models {
		if model.Strategy == "reroute" && h.Models[model.RerouteTo] == nil {
			return fmt.Errorf("model %s: there is no model %s to reroute to", name, model.RerouteTo)
		}
	}
	return nil
}

// problem is an answer in the words of the OpenAI API.
type problem struct {
	status     int
	code       string
	message    string
	retryAfter time.Duration
}

// ServeHTTP answers one request, and records it whatever becomes of it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	entry := &record{started: h.now(), path: r.URL.Path, client: r.RemoteAddr}
	out := &meter{ResponseWriter: w, keepText: h.RecordText}
	defer func() {
		entry.usage, entry.estimated = out.finish(entry.promptBytes)
		if entry.tenant != nil {
			entry.tenant.tokens.take(entry.usage.Prompt+entry.usage.Completion, h.now())
		}
		entry.status, entry.answer = out.status, out.text.String()
		entry.write(h.audit, h.now(), h.RecordText)
	}()
	refused := h.admit(out, r, entry, next)
	if refused != nil {
		refused.write(out)
	}
	return nil
}

// admit passes a request on that is allowed. What it returns is still to be answered.
func (h *Handler) admit(out *meter, r *http.Request, entry *record, next caddyhttp.Handler) *problem {
	caller, err := h.Token.Authenticate(r)
	if err != nil {
		h.log.Info("token refused", zap.Error(err), zap.String("client", r.RemoteAddr))
		return &problem{401, "invalid_token", "A valid token is required: send it as Authorization: Bearer <token>.", 0}
	}
	entry.subject, entry.claim = caller.Subject, caller.Tenant
	tenant := h.Tenants[caller.Tenant]
	if tenant == nil {
		return &problem{403, "unknown_tenant", "The token's tenant may use no model here.", 0}
	}
	entry.tenantName = tenant.Name
	named := h.cutModel(r)
	if r.URL.Path == "/v1/models" && r.Method == http.MethodGet {
		listModels(out, tenant)
		return nil
	}
	if promptFields[r.URL.Path] == "" {
		return &problem{404, "unknown_url", "There is nothing at this path.", 0}
	}
	if r.Method != http.MethodPost {
		return &problem{405, "method_not_allowed", "This path takes POST alone.", 0}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return tooLongOr(err)
	}
	asked, err := parseCall(r.URL.Path, named, body)
	if err != nil {
		return &problem{400, "invalid_request", err.Error(), 0}
	}
	entry.model, entry.promptBytes = asked.model(), len(asked.promptText())
	if h.RecordText {
		entry.prompt = asked.promptText()
	}
	if !tenant.may(entry.model) {
		// The same for a model that is not there: what others have is nobody's business.
		return &problem{404, "model_not_found", "There is no such model, or the tenant may not use it.", 0}
	}
	if wait := tenant.tokens.wait(h.now()); wait > 0 {
		return &problem{429, "token_quota", "The tenant has used its tokens of this minute.", wait}
	}
	entry.tenant = tenant
	return h.pass(out, r, entry, asked, caller, next)
}

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
