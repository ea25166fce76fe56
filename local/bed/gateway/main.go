// Package main is the gateway of sites without Envoy's images: Caddy with TLS, proxying and logging of its own, rate
// limits by caddy-ratelimit, and the module inference for what is special about models.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/caddyevents"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/caddytls/standardstek"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	_ "github.com/caddyserver/caddy/v2/modules/logging"
	_ "github.com/caddyserver/caddy/v2/modules/metrics"
	_ "github.com/mholt/caddy-ratelimit"

	_ "seamount.local/gateway/inference"
)

func main() {
	caddycmd.Main()
}
