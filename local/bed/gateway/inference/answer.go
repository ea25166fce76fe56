package inference

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func (p *problem) write(w http.ResponseWriter) {
	kind := "invalid_request_error"
	switch {
	case p.status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case p.status >= 500:
		kind = "server_error"
	}
	text, _ := json.Marshal(map[string]any{
		"error": map[string]any{"message": p.message, "type": kind, "param": nil, "code": p.code},
	})
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_, _ = w.Write(text)
}

// tooLongOr tells a body that is too long from one that did not arrive.
func tooLongOr(err error) *problem {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return &problem{http.StatusRequestEntityTooLarge, "request_too_large", "The request is too long.", 0}
	}
	return &problem{http.StatusBadRequest, "invalid_request", "The request did not arrive whole.", 0}
}

// proxyProblem is what the handlers behind this one refused: a rate limit, or a model that does not answer.
func proxyProblem(err error) *problem {
	var refused caddyhttp.HandlerError
	if !errors.As(err, &refused) {
		return &problem{http.StatusInternalServerError, "internal", "The gateway has failed.", 0}
	}
	switch refused.StatusCode {
	case http.StatusTooManyRequests:
		return &problem{http.StatusTooManyRequests, "rate_limit", "The tenant has made its requests of this minute.", 0}
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &problem{refused.StatusCode, "service_unavailable", "The model does not answer: it loads, or restarts.", 0}
	}
	return &problem{refused.StatusCode, "refused", http.StatusText(refused.StatusCode), 0}
}

func listModels(w http.ResponseWriter, tenant *Tenant) {
	models := make([]map[string]string, 0, len(tenant.Models))
	for _, name := range tenant.Models {
		models = append(models, map[string]string{"id": name, "object": "model", "owned_by": "seamount"})
	}
	text, _ := json.Marshal(map[string]any{"object": "list", "data": models})
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
