// Reads of 512 bytes from files in the page cache, a goroutine and a buffer each. Arguments: how many, how many files, their folder.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const blockBytes = 512

func reads(args []string) {
	count, folder := number(args[0]), args[2]
	files := make([]*os.File, number(args[1]))
	for i := range files {
		file, err := os.Open(filepath.Join(folder, strconv.Itoa(i)))
		if err != nil {
			panic(err)
		}
		files[i] = file
	}
	start := time.Now()
	buffers := make([][]byte, count)
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		go func(i int) {
			defer all.Done()
			buffers[i] = make([]byte, blockBytes)
			if n, err := files[i%len(files)].ReadAt(buffers[i], int64(i/len(files))*blockBytes); n != blockBytes {
				panic(err)
			}
		}(i)
	}
	all.Wait()
	sum := 0
	for _, buffer := range buffers {
		sum += int(buffer[0])
	}
	fmt.Printf("ms=%.3f sum=%d\n", time.Since(start).Seconds()*1e3, sum)
}
