package inference

import (
	"encoding/json"
	"net"
	"time"

	"go.uber.org/zap"
)

// record is one line of the audit record.
type record struct {
	started   time.Time
	path      string
	client    string
	claim     string
	subject   string
	model     string
	servedBy  string
	overload  string
	status    int
	usage     Usage
	estimated bool

	tenantName  string
	tenant      *Tenant
	promptBytes int
	prompt      json.RawMessage
	answer      string
}

// write puts the record into the log. The text of prompts and answers is in it only where that was asked for.
func (r *record) write(log *zap.Logger, now time.Time, withText bool) {
	client, _, err := net.SplitHostPort(r.client)
	if err != nil {
		client = r.client
	}
	tenant := r.tenantName
	if tenant == "" {
		tenant = r.claim
	}
	fields := []zap.Field{
		zap.String("tenant", tenant),
		zap.String("subject", r.subject),
		zap.String("client", client),
		zap.String("path", r.path),
		zap.String("model", r.model),
		zap.Int("prompt_tokens", r.usage.Prompt),
		zap.Int("completion_tokens", r.usage.Completion),
		zap.Int("status", r.status),
		zap.Int64("duration_ms", now.Sub(r.started).Milliseconds()),
	}
	if r.estimated {
		fields = append(fields, zap.Bool("estimated", true))
	}
	if r.overload != "" {
		fields = append(fields, zap.String("overload", r.overload))
	}
	if r.servedBy != "" {
		fields = append(fields, zap.String("served_by", r.servedBy))
	}
	if withText {
		fields = append(fields, zap.String("prompt", string(r.prompt)), zap.String("answer", r.answer))
	}
	log.Info("request", fields...)
}
