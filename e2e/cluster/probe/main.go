// probe serves and connects inside network namespaces, for the lab: one process, commands as JSON lines on standard input, answers on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command is one line of input. Serve listens until Stop names the same ID; Probe connects and reports.
type command struct {
	ID        string   `json:"id"`
	Op        string   `json:"op"` // serve, stop, probe
	Netns     string   `json:"netns"`
	Name      string   `json:"name"`
	Ports     []int    `json:"ports"`
	Address   string   `json:"address"`
	Port      int      `json:"port"`
	Protocol  string   `json:"protocol"`
	Mark      int      `json:"mark"`
	Sources   []string `json:"sources"`
	TimeoutMs int      `json:"timeoutMs"`
	Quick     bool     `json:"quick"` // one connection only
}

// observation sums up the connections of one probe, as the recorded truth spells it.
type observation struct {
	ID       string            `json:"id"`
	Error    string            `json:"error,omitempty"`
	Attempts int               `json:"attempts"`
	Counts   map[string]int    `json:"counts"`   // delivered, refused, timeout
	Backends map[string]int    `json:"backends"` // ip:port after translation
	Names    map[string]string `json:"names"`    // server name per backend
	SourceOf map[string]string `json:"sourceOf"` // preserved, masqueraded, both
	HTTP     string            `json:"http,omitempty"`
}

var (
	outLock sync.Mutex
	servers sync.Map // id -> []io.Closer
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	slots := make(chan struct{}, 24)
	for lines.Scan() {
		var cmd command
		if err := json.Unmarshal(lines.Bytes(), &cmd); err != nil {
			fmt.Fprintln(os.Stderr, "probe: bad command:", err)
			os.Exit(2)
		}
		switch cmd.Op {
		case "serve":
			answer(cmd.ID, serve(cmd))
		case "stop":
			if closers, ok := servers.LoadAndDelete(cmd.ID); ok {
				for _, each := range closers.([]io.Closer) {
					each.Close()
				}
			}
			answer(cmd.ID, nil)
		case "probe":
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				write(probe(cmd))
			}()
		}
	}
}

func answer(id string, err error) {
	line := map[string]string{"id": id}
	if err != nil {
		line["error"] = err.Error()
	}
	write(line)
}

func write(value any) {
	text, _ := json.Marshal(value)
	outLock.Lock()
	defer outLock.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

// inNetns runs f on a thread of its own inside the namespace; the thread is thrown away afterwards.
func inNetns(path string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			done <- fmt.Errorf("%s: %w", path, err)
			return
		}
		defer syscall.Close(fd)
		const sysSetns, cloneNewnet = 308, 0x40000000
		if _, _, errno := syscall.RawSyscall(sysSetns, uintptr(fd), cloneNewnet, 0); errno != 0 {
			done <- fmt.Errorf("setns %s: %w", path, errno)
			return
		}
		done <- f()
	}()
	return <-done
}

// serve answers every TCP connection and UDP packet with the server's name, its local address and the peer's.
// UDP has one socket per address, so that the answer comes from the address that was asked.
func serve(cmd command) error {
	var closers []io.Closer
	err := inNetns(cmd.Netns, func() error {
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			return err
		}
		for _, port := range cmd.Ports {
			listener, err := net.Listen("tcp", fmt.Sprintf("[::]:%d", port))
			if err != nil {
				return err
			}
			closers = append(closers, listener)
			go acceptAll(listener, cmd.Name)
			for _, address := range addresses {
				ip := address.(*net.IPNet).IP
				if ip.IsLinkLocalUnicast() {
					continue
				}
				socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port})
				if err != nil {
					return err
				}
				closers = append(closers, socket)
				go answerAll(socket, cmd.Name)
			}
		}
		return nil
	})
	servers.Store(cmd.ID, closers)
	return err
}

func acceptAll(listener net.Listener, name string) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			fmt.Fprintf(connection, "portolan %s %s %s\n", name, plain(connection.LocalAddr()), plain(connection.RemoteAddr()))
			connection.Close()
		}()
	}
}

func answerAll(socket *net.UDPConn, name string) {
	buffer := make([]byte, 64)
	for {
		_, peer, err := socket.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		socket.WriteToUDP([]byte(fmt.Sprintf("portolan %s %s %s\n", name, plain(socket.LocalAddr()), plain(peer))), peer)
	}
}

// plain writes an address without the IPv4-mapped form that dual-stack sockets show.
func plain(address net.Addr) string {
	parsed, err := netip.ParseAddrPort(address.String())
	if err != nil {
		return address.String()
	}
	return netip.AddrPortFrom(parsed.Addr().Unmap(), parsed.Port()).String()
}

// probe connects until every backend has been seen with a probability above 1 - 1e-6, were all shares equal.
func probe(cmd command) observation {
	seen := observation{ID: cmd.ID, Counts: map[string]int{"delivered": 0, "refused": 0, "timeout": 0}, Backends: map[string]int{}, Names: map[string]string{}, SourceOf: map[string]string{}}
	var lock sync.Mutex
	batch := 7
	if cmd.Quick {
		batch = 1
	}
	for {
		var group sync.WaitGroup
		for i := range batch {
			source := ""
			if len(cmd.Sources) > 0 {
				source = cmd.Sources[(seen.Attempts+i)%len(cmd.Sources)]
			}
			group.Add(1)
			go func() {
				defer group.Done()
				result := connect(cmd, source)
				lock.Lock()
				defer lock.Unlock()
				seen.add(result)
			}()
		}
		group.Wait()
		seen.Attempts += batch
		if seen.Error != "" || cmd.Quick || seen.HTTP != "" || seen.Counts["timeout"] == seen.Attempts || (seen.Counts["refused"] == seen.Attempts && seen.Attempts >= 14) {
			return seen
		}
		n := float64(len(seen.Backends))
		if float64(seen.Attempts) >= math.Log(1e-6/(n+1))/math.Log(1-1/(n+1)) {
			return seen
		}
	}
}

type result struct {
	outcome, backend, name, source, http, err string
}

func (seen *observation) add(one result) {
	if one.err != "" {
		seen.Error = one.err
		return
	}
	seen.Counts[one.outcome]++
	if one.http != "" {
		seen.HTTP = one.http
	}
	if one.backend == "" {
		return
	}
	seen.Backends[one.backend]++
	seen.Names[one.backend] = one.name
	if before := seen.SourceOf[one.backend]; before != "" && before != one.source {
		one.source = "both"
	}
	seen.SourceOf[one.backend] = one.source
}

func connect(cmd command, source string) (one result) {
	timeout := time.Duration(cmd.TimeoutMs) * time.Millisecond
	err := inNetns(cmd.Netns, func() error {
		dialer := net.Dialer{Timeout: timeout, Control: func(_, _ string, raw syscall.RawConn) error {
			if cmd.Mark == 0 {
				return nil
			}
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_MARK, cmd.Mark)
			})
			if err != nil {
				return err
			}
			return failed
		}}
		network := strings.ToLower(cmd.Protocol)
		if source != "" {
			ip := net.ParseIP(source)
			if network == "udp" {
				dialer.LocalAddr = &net.UDPAddr{IP: ip}
			} else {
				dialer.LocalAddr = &net.TCPAddr{IP: ip}
			}
		}
		connection, err := dialer.Dial(network, net.JoinHostPort(cmd.Address, fmt.Sprint(cmd.Port)))
		if err != nil {
			one.outcome = classify(err)
			return nil
		}
		defer connection.Close()
		if network == "udp" {
			// A host's own output hook answers EPERM for a drop and a reject alike: what follows tells them apart.
			connection.Write([]byte("hello"))
		}
		buffer := make([]byte, 512)
		connection.SetReadDeadline(time.Now().Add(min(timeout, 300*time.Millisecond)))
		n, err := connection.Read(buffer)
		if n == 0 && network == "tcp" && classify(err) == "timeout" {
			return askHTTP(connection, timeout, &one)
		}
		if n == 0 && network == "udp" && classify(err) == "timeout" {
			connection.SetReadDeadline(time.Now().Add(timeout))
			n, err = connection.Read(buffer)
		}
		if n == 0 {
			one.outcome = classify(err)
			return nil
		}
		var name, local, remote string
		if _, err := fmt.Sscanf(string(buffer[:n]), "portolan %s %s %s", &name, &local, &remote); err != nil {
			return fmt.Errorf("unexpected answer %q", buffer[:n])
		}
		one = result{outcome: "delivered", backend: local, name: name, source: "masqueraded"}
		if remote == plain(connection.LocalAddr()) {
			one.source = "preserved"
		}
		return nil
	})
	if err != nil {
		one.err = err.Error()
	}
	return one
}

// askHTTP reads a server that waits to be asked: kube-proxy's health check.
func askHTTP(connection net.Conn, timeout time.Duration, one *result) error {
	fmt.Fprintf(connection, "GET / HTTP/1.0\r\n\r\n")
	connection.SetReadDeadline(time.Now().Add(timeout))
	body, _ := io.ReadAll(connection)
	text := string(body)
	status, _, _ := strings.Cut(text, "\r\n")
	var local int
	if _, rest, found := strings.Cut(text, `"localEndpoints":`); found {
		fmt.Sscanf(strings.TrimSpace(rest), "%d", &local)
	}
	*one = result{outcome: "delivered", http: fmt.Sprintf("%s local=%d", status, local)}
	if text == "" {
		*one = result{outcome: "timeout"}
	}
	return nil
}

func classify(err error) string {
	if err != nil && (strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "reset")) {
		return "refused"
	}
	return "timeout"
}
