package inference

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// Answers longer than this are passed on and not read: no chat is of that size.
const mostAnswerBytes = 32 << 20

// Usage is what an answer cost in tokens.
type Usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
}

// What is read of an answer, or of one event of a stream.
type answer struct {
	Usage   *Usage `json:"usage"`
	Choices []struct {
		Text    string `json:"text"`
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
	} `json:"choices"`
}

// meter passes an answer on as it comes, and reads what it cost.
type meter struct {
	http.ResponseWriter
	// hideUsage leaves out the event that holds only the usage: the gateway asked for it, and not the client.
	hideUsage bool
	// keepText collects the answer's text.
	keepText bool

	status int
	usage  *Usage
	// Events of a stream that hold a part of the answer: about one a token.
	parts   int
	text    strings.Builder
	stream  bool
	pending bytes.Buffer
	tooLong bool
}

// Unwrap lets http.ResponseController find what flushes.
func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

func (m *meter) WriteHeader(status int) {
	if m.status == 0 && status >= 200 {
		m.status = status
		m.stream = strings.HasPrefix(m.Header().Get("Content-Type"), "text/event-stream")
	}
	m.ResponseWriter.WriteHeader(status)
}

func (m *meter) Write(data []byte) (int, error) {
	if m.status == 0 {
		m.WriteHeader(http.StatusOK)
	}
	if m.stream {
		return len(data), m.writeEvents(data)
	}
	if !m.tooLong {
		m.pending.Write(data)
		if m.tooLong = m.pending.Len() > mostAnswerBytes; m.tooLong {
			m.pending = bytes.Buffer{}
		}
	}
	return m.ResponseWriter.Write(data)
}

// writeEvents passes on every event that is complete; a client gets no half of one in any case.
func (m *meter) writeEvents(data []byte) error {
	m.pending.Write(data)
	for {
		end := eventEnd(m.pending.Bytes())
		if end < 0 {
			break
		}
		event := m.pending.Next(end)
		if m.readEvent(event) {
			if _, err := m.ResponseWriter.Write(event); err != nil {
				return err
			}
		}
	}
	if m.pending.Len() > mostAnswerBytes {
		_, err := m.ResponseWriter.Write(m.pending.Next(m.pending.Len()))
		return err
	}
	return nil
}

// eventEnd is the length of the first event with the empty line that ends it, or -1.
func eventEnd(data []byte) int {
	end := -1
	for _, separator := range []string{"\n\n", "\r\n\r\n"} {
		if at := bytes.Index(data, []byte(separator)); at >= 0 && (end < 0 || at+len(separator) < end) {
			end = at + len(separator)
		}
	}
	return end
}

// readEvent says whether the event is for the client.
func (m *meter) readEvent(event []byte) bool {
	for line := range bytes.Lines(event) {
		data, found := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:"))
		if !found {
			continue
		}
		var part answer
		if json.Unmarshal(data, &part) != nil {
			continue
		}
		m.read(part)
		if part.Usage != nil && len(part.Choices) == 0 {
			return !m.hideUsage
		}
	}
	return true
}

func (m *meter) read(part answer) {
	if part.Usage != nil {
		m.usage = part.Usage
	}
	for _, choice := range part.Choices {
		text := choice.Text + choice.Message.Content + choice.Delta.Content
		if text != "" {
			m.parts++
		}
		if m.keepText && m.text.Len() < mostAnswerBytes {
			m.text.WriteString(text)
		}
	}
}

// finish gives what the answer to a prompt cost, and nothing where there was none. Without the engine's own figures (the client left before the end, or the engine
// gives none) it estimates: four bytes of a prompt a token, and a token for every part of a stream.
func (m *meter) finish(promptBytes int) (usage Usage, estimated bool) {
	if m.stream {
		if m.pending.Len() > 0 {
			_, _ = m.ResponseWriter.Write(m.pending.Bytes())
		}
	} else if m.pending.Len() > 0 {
		var whole answer
		if json.Unmarshal(m.pending.Bytes(), &whole) == nil {
			m.read(whole)
		}
	}
	if m.usage != nil {
		return *m.usage, false
	}
	if m.status != http.StatusOK || promptBytes == 0 {
		return Usage{}, false
	}
	return Usage{Prompt: promptBytes / 4, Completion: m.parts}, true
}
