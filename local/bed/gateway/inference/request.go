package inference

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
)

// Paths that take a model, and the field of its prompt.
var promptFields = map[string]string{
	"/v1/chat/completions": "messages",
	"/v1/completions":      "prompt",
	"/v1/embeddings":       "input",
}

// call is a request's body. Fields that nobody here knows go on as they came.
type call struct {
	fields map[string]json.RawMessage
	prompt string
}

// parseCall reads a body. A model that the path names goes before: the body may leave it out, and may name no other.
func parseCall(path, named string, body []byte) (*call, error) {
	parsed := &call{prompt: promptFields[path]}
	if json.Unmarshal(body, &parsed.fields) != nil || parsed.fields == nil {
		return nil, errors.New("The request's body must be a JSON object.")
	}
	if named != "" && parsed.fields["model"] == nil {
		parsed.setModel(named)
	}
	switch model := parsed.model(); {
	case model == "":
		return nil, errors.New("The request must name a model.")
	case named != "" && model != named:
		return nil, errors.New("The request's body and its path name different models.")
	}
	return parsed, nil
}

func (c *call) text(field string) string {
	var text string
	_ = json.Unmarshal(c.fields[field], &text)
	return text
}

func (c *call) model() string { return c.text("model") }

func (c *call) setModel(name string) { c.fields["model"], _ = json.Marshal(name) }

func (c *call) promptText() json.RawMessage { return c.fields[c.prompt] }

// body writes each field once: what was decided on is what the engine reads.
func (c *call) body() []byte {
	text, _ := json.Marshal(c.fields)
	return text
}

// askForUsage makes a stream end with its usage, and says whether the client had not asked for that.
func (c *call) askForUsage() bool {
	var stream bool
	if json.Unmarshal(c.fields["stream"], &stream) != nil || !stream {
		return false
	}
	options := map[string]json.RawMessage{}
	_ = json.Unmarshal(c.fields["stream_options"], &options)
	var asked bool
	_ = json.Unmarshal(options["include_usage"], &asked)
	if options == nil {
		options = map[string]json.RawMessage{}
	}
	options["include_usage"] = json.RawMessage("true")
	c.fields["stream_options"], _ = json.Marshal(options)
	return !asked
}

// shorten lets the answer be of so many tokens at most.
func (c *call) shorten(tokens int) {
	limited := false
	for _, field := range []string{"max_completion_tokens", "max_tokens"} {
		if text, there := c.fields[field]; there {
			asked, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil || asked > tokens {
				c.fields[field] = json.RawMessage(strconv.Itoa(tokens))
			}
			limited = true
		}
	}
	if !limited {
		c.fields["max_tokens"] = json.RawMessage(strconv.Itoa(tokens))
	}
}

// Affinity says which requests go to the same replica.
type Affinity struct {
	// "prefix": those whose prompts begin alike; "session": those of one session.
	By string `json:"by"`
	// Bytes of a prompt that count as its beginning.
	PrefixBytes int `json:"prefix_bytes,omitempty"`
}

// key is the same for requests that should go to the same replica.
func (a Affinity) key(request *http.Request, c *call, caller Caller) string {
	hash := fnv.New64a()
	if a.By == "session" {
		_, _ = hash.Write([]byte(caller.Tenant + "\x00" + session(request, c, caller)))
	} else {
		beginning := c.beginning()
		_, _ = hash.Write(beginning[:min(len(beginning), a.PrefixBytes)])
	}
	return strconv.FormatUint(hash.Sum64(), 16)
}

func session(request *http.Request, c *call, caller Caller) string {
	for _, name := range []string{request.Header.Get("X-Session-Id"), c.text("prompt_cache_key"), c.text("user")} {
		if name != "" {
			return name
		}
	}
	return caller.Subject
}

// beginning is what stays the same over the turns of a conversation: all up to the first message of the user.
func (c *call) beginning() []byte {
	var messages []json.RawMessage
	if c.prompt != "messages" || json.Unmarshal(c.promptText(), &messages) != nil {
		return c.promptText()
	}
	var first []byte
	for _, message := range messages {
		first = append(first, message...)
		var role struct {
			Role string `json:"role"`
		}
		if json.Unmarshal(message, &role) == nil && role.Role == "user" {
			break
		}
	}
	return first
}
