package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"vitrine/backend"
	"vitrine/backend/gateway"
	"vitrine/backend/problem"
	"vitrine/frontend"
)

type serveCommand struct {
	Port int `help:"Port on 127.0.0.1; 0 takes a free one." default:"7411"`
}

func (serveCommand) Help() string {
	return "Prints the address to open, with an access token that holds until the program ends. Ctrl-C stops it.\n\n" +
		"Example:\n  vitrine serve --port 0"
}

// idleLock is how long a vault stays open with nothing asked of it.
const idleLock = 15 * time.Minute

// opened is what serve prints when it answers.
type opened struct {
	URL   string `json:"url"`
	Port  int    `json:"port"`
	Token string `json:"token"`
}

func (c *serveCommand) Run(s *session) error {
	listener, err := listen(s.ctx, c.Port)
	if err != nil {
		return err
	}
	defer listener.Close()
	return s.withBackend(backend.Options{Door: "serve", StayLocked: true, IdleLock: idleLock}, func(b *backend.Backend) error {
		token := rand.Text()
		port := listener.Addr().(*net.TCPAddr).Port
		at := opened{URL: fmt.Sprintf("http://127.0.0.1:%d/#token=%s", port, token), Port: port, Token: token}
		g := gateway.New(b, gateway.Options{Door: "serve", Token: token})
		if err := s.print(at, func(w io.Writer) {
			fmt.Fprintf(w, "Vitrine is at %s\nOnly this machine can reach it. Ctrl-C stops it.\n", at.URL)
		}); err != nil {
			return err
		}
		return serve(s.ctx, listener, g.Handler(frontend.Assets()))
	})
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, problem.New(problem.Unavailable, "port-in-use", fmt.Sprintf("Port %d on this machine cannot be used; another program may be listening there.", port)).
			At(fmt.Sprintf("127.0.0.1:%d", port)).Try("Name another with --port, or let one be chosen with --port 0.").Because(err)
	}
	return listener, nil
}

// serve answers until the context ends, then lets requests under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		WriteTimeout:      10 * time.Minute, // from the end of the header: reading, computing, a slow reader
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := server.Shutdown(last)
	if ended := <-ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

type openAPICommand struct{}

// Run prints the document from which the TypeScript client is generated.
func (openAPICommand) Run(s *session) error {
	document, err := gateway.New(nil, gateway.Options{Door: "serve"}).OpenAPI()
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(document, '\n'))
	return err
}
