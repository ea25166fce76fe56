package inference

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

const issuer, audience = "https://sso.example", "models"

type signer struct {
	key  jwk.Key
	file string
}

func newSigner(t *testing.T) signer {
	t.Helper()
	raw, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.Import(raw)
	if err != nil {
		t.Fatal(err)
	}
	_ = key.Set(jwk.KeyIDKey, "one")
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, writeKeys(t, public)}
}

func writeKeys(t *testing.T, keys ...jwk.Key) string {
	t.Helper()
	set := jwk.NewSet()
	for _, key := range keys {
		_ = set.AddKey(key)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (s signer) tokens(t *testing.T) *Tokens {
	t.Helper()
	tokens := &Tokens{Issuer: issuer, Audience: audience, TenantClaim: "tenant", JWKSFile: s.file}
	if err := tokens.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	return tokens
}

// token signs claims: good ones, with changes. A nil takes a claim away.
func (s signer) token(t *testing.T, changes map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"iss": issuer, "aud": audience, "sub": "ada", "tenant": "bank", "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		claims[name] = value
	}
	token := jwt.New()
	for name, value := range claims {
		if value != nil {
			if err := token.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256(), s.key))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

func request(token string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func TestAGoodTokenNamesTheTenant(t *testing.T) {
	s := newSigner(t)
	caller, err := s.tokens(t).Authenticate(request(s.token(t, nil)))
	if err != nil || caller != (Caller{Subject: "ada", Tenant: "bank"}) {
		t.Fatalf("%v %v", caller, err)
	}
}

func TestTokensThatAreNotGood(t *testing.T) {
	s, other := newSigner(t), newSigner(t)
	tokens := s.tokens(t)
	cases := map[string]string{
		"none":               "",
		"nonsense":           "abc.def.ghi",
		"another issuer":     s.token(t, map[string]any{"iss": "https://evil.example"}),
		"another audience":   s.token(t, map[string]any{"aud": "mail"}),
		"expired":            s.token(t, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}),
		"without an end":     s.token(t, map[string]any{"exp": nil}),
		"not yet":            s.token(t, map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"without a tenant":   s.token(t, map[string]any{"tenant": nil}),
		"tenant not a name":  s.token(t, map[string]any{"tenant": 7}),
		"signed by another":  other.token(t, nil),
		"without signature":  "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3Nzby5leGFtcGxlIiwidGVuYW50IjoiYmFuayJ9.",
		"signature cut away": s.token(t, nil)[:80],
	}
	for name, token := range cases {
		if caller, err := tokens.Authenticate(request(token)); err == nil {
			t.Errorf("%s: accepted as %v", name, caller)
		}
	}
}

func TestKeysThatAClientCouldSignWith(t *testing.T) {
	s := newSigner(t)
	shared, err := jwk.Import([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"private": writeKeys(t, s.key), "shared": writeKeys(t, shared), "none": writeKeys(t)} {
		tokens := &Tokens{Issuer: issuer, Audience: audience, TenantClaim: "tenant", JWKSFile: file}
		if tokens.Provision(t.Context()) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	plain := &Tokens{Issuer: issuer, Audience: audience, TenantClaim: "tenant", JWKSURL: "http://sso.example/keys"}
	if plain.Provision(t.Context()) == nil {
		t.Error("keys in clear: accepted")
	}
}
