// Two servers, which print "listening" and go on until they are killed. Argument: the port.

package main

import (
	"fmt"
	"net"
	"net/http"
)

func serveHello(args []string) {
	listener := listen(args[0])
	page := []byte("Hello from Walia!\n")
	handler := http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if _, err := response.Write(page); err != nil {
			return
		}
	})
	panic(http.Serve(listener, handler))
}

func serveIdle(args []string) {
	listener := listen(args[0])
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer connection.Close()
			var first [1]byte
			_, _ = connection.Read(first[:])
		}()
	}
}

func listen(port string) net.Listener {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+port)
	if err != nil {
		panic(err)
	}
	fmt.Println("listening")
	return listener
}
