// Package inference is Caddy's handler for requests to models: it checks the token, lets a tenant use the models that it
// may, counts tokens, keeps to quotas, acts on overload, and records every request.
package inference

import (
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// MostBodyBytes is the largest body of a request.
	MostBodyBytes int64 `json:"most_body_bytes"`
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
	if h.Token == nil || h.MostBodyBytes < 1 {
		return errors.New("token and most_body_bytes must be set")
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
		return &problem{401, "invalid_token", "A valid token is required: send it as Authorization: Bearer TOKEN.", 0}
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
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, h.MostBodyBytes))
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
