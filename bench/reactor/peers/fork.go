// Fibonacci, a goroutine for each call down to a cut. Arguments: n, the cut, how many rounds; GOMAXPROCS says how many cores.

package main

import (
	"fmt"
	"time"
)

func plainFib(n int) int {
	if n < 2 {
		return n
	}
	return plainFib(n-1) + plainFib(n-2)
}

func forkedFib(n, cut int, result chan<- int) {
	if n <= cut {
		result <- plainFib(n)
		return
	}
	left, right := make(chan int, 1), make(chan int, 1)
	go forkedFib(n-1, cut, left)
	go forkedFib(n-2, cut, right)
	result <- <-left + <-right
}

func fork(args []string) {
	n, cut := number(args[0]), number(args[1])
	best, value := 0.0, 0
	for round := 0; round < number(args[2]); round++ {
		start := time.Now()
		result := make(chan int, 1)
		go forkedFib(n, cut, result)
		value = <-result
		if ms := time.Since(start).Seconds() * 1e3; round == 0 || ms < best {
			best = ms
		}
	}
	fmt.Printf("ms=%.3f result=%d\n", best, value)
}
