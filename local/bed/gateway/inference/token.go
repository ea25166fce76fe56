package inference

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// Seconds that clocks of issuers may differ from this one.
const clockSkew = 30 * time.Second

// Tokens says which bearer tokens are good. Exactly one of JWKSFile and JWKSURL is set.
type Tokens struct {
	Issuer      string `json:"issuer"`
	Audience    string `json:"audience"`
	TenantClaim string `json:"tenant_claim"`
	JWKSFile    string `json:"jwks_file,omitempty"`
	JWKSURL     string `json:"jwks_url,omitempty"`

	keys jwk.Set
}

// Caller is who a good token speaks for.
type Caller struct {
	Subject string
	// Tenant is the value of the tenant claim.
	Tenant string
}

// Provision reads the keys, or begins to fetch them and then keeps them fresh.
func (t *Tokens) Provision(ctx context.Context) error {
	if t.Issuer == "" || t.Audience == "" || t.TenantClaim == "" {
		return errors.New("token: issuer, audience and tenant_claim must be set")
	}
	if (t.JWKSFile == "") == (t.JWKSURL == "") {
		return errors.New("token: exactly one of jwks_file and jwks_url must be set")
	}
	if t.JWKSURL != "" {
		return t.follow(ctx)
	}
	text, err := os.ReadFile(t.JWKSFile)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	set, err := jwk.Parse(text)
	if err != nil {
		return fmt.Errorf("token: %s: %w", t.JWKSFile, err)
	}
	if t.keys, err = publicKeys(set); err != nil {
		return fmt.Errorf("token: %s: %w", t.JWKSFile, err)
	}
	return nil
}

func (t *Tokens) follow(ctx context.Context) error {
	if !strings.HasPrefix(t.JWKSURL, "https://") {
		return fmt.Errorf("token: jwks_url %q is not https", t.JWKSURL)
	}
	cache, err := jwk.NewCache(ctx, httprc.NewClient())
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	// An issuer that is away for a moment does not keep the gateway from starting: tokens are refused until it is back.
	if err := cache.Register(ctx, t.JWKSURL, jwk.WithWaitReady(false)); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	t.keys, err = cache.CachedSet(t.JWKSURL)
	return err
}

// publicKeys leaves nothing by which a client could sign for itself.
func publicKeys(set jwk.Set) (jwk.Set, error) {
	if set.Len() == 0 {
		return nil, errors.New("holds no keys")
	}
	for i := range set.Len() {
		key, _ := set.Key(i)
		if private, err := jwk.IsPrivateKey(key); err == nil && private {
			return nil, errors.New("holds a private key: give the public ones alone")
		}
		if key.KeyType() == jwa.OctetSeq() {
			return nil, errors.New("holds a symmetric key (kty oct): give public keys alone")
		}
	}
	return set, nil
}

// Authenticate says who a request's token speaks for. Why a token is refused is for the log alone.
func (t *Tokens) Authenticate(request *http.Request) (Caller, error) {
	scheme, token, found := strings.Cut(request.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return Caller{}, errors.New("no bearer token")
	}
	parsed, err := jwt.Parse([]byte(strings.TrimSpace(token)),
		jwt.WithKeySet(t.keys, jws.WithRequireKid(false), jws.WithInferAlgorithmFromKey(true)),
		jwt.WithIssuer(t.Issuer),
		jwt.WithAudience(t.Audience),
		jwt.WithRequiredClaim(jwt.ExpirationKey),
		jwt.WithAcceptableSkew(clockSkew),
	)
	if err != nil {
		return Caller{}, err
	}
	var caller Caller
	if err := parsed.Get(t.TenantClaim, &caller.Tenant); err != nil {
		return Caller{}, fmt.Errorf("claim %s: %w", t.TenantClaim, err)
	}
	caller.Subject, _ = parsed.Subject()
	return caller, nil
}
