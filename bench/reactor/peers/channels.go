// Two goroutines that exchange messages. Arguments: stream or ping, how many, the channel's capacity.

package main

import (
	"fmt"
	"time"
)

func channels(args []string) {
	isPing, count, capacity := args[0] == "ping", number(args[1]), number(args[2])
	there, back, sum := make(chan int, capacity), make(chan int, capacity), make(chan int, 1)
	go func() {
		total := 0
		for message := range there {
			total += message
			if isPing {
				back <- message
			}
		}
		sum <- total
	}()
	start := time.Now()
	for i := 0; i < count; i++ {
		there <- i
		if isPing {
			<-back
		}
	}
	close(there)
	total, messages := <-sum, count
	if isPing {
		messages *= 2
	}
	fmt.Printf("ns=%.1f sum=%d\n", float64(time.Since(start).Nanoseconds())/float64(messages), total)
}
