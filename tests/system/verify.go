// Checks logs of amana with code that is not amana's: the Go team's golang.org/x/mod/sumdb, note and
// tlog, as Debian packages them. What is ours here maps paths, splits bundles, and tries every entry.
//
//	verify log VKEY DIR...            one line a folder: "ok SIZE ROOT" or "wrong REASON"; a file
//	                                  "seen" in it (SIZE:ROOT) is what was known before
//	verify proof VKEY FILE ENTRY      one entry by its .tlog-proof
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

// The signed note's tree. Go's base64 forgives bits that mean nothing, so we ask for the one form.
func openCheckpoint(text []byte, vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return
	}
	for _, s := range n.Sigs {
		if _, err = base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return
		}
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tree, errors.New("no checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 {
		return tree, errors.New("no size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(tree.Hash) {
		return tree, errors.New("no root")
	}
	copy(tree.Hash[:], root)
	return
}

type folder string

// Go's paths are tile/<H>/<L>/<N> and tile/<H>/data/<N>; C2SP's have no <H> and say "entries".
func (d folder) read(tile tlog.Tile) ([]byte, error) {
	path := "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return ioutil.ReadFile(filepath.Join(string(d), path))
}

func (d folder) bundle(n int64, w int) ([][]byte, error) {
	data, err := d.read(tlog.Tile{H: height, L: -1, N: n, W: w})
	if err != nil {
		return nil, err
	}
	entries := make([][]byte, 0, w)
	for len(entries) < w {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("bundle %d ends early", n)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:end]), data[end:]
	}
	if len(data) != 0 {
		return nil, fmt.Errorf("bundle %d goes on", n)
	}
	return entries, nil
}

// All hashes of a tree, in tlog's order.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		hashes[i] = s[x]
	}
	return hashes, nil
}

// The tree of the entries themselves. Not over tlog.TileHashReader: that of 0.7.0 takes some full
// tiles without comparing them where several subtrees of the root lie in one tile (it starts to compare at
// len(stx), not after the tiles it has), as our changed logs showed.
func (d folder) build(size int64) (stored, error) {
	s := make(stored, 0, tlog.StoredHashCount(size))
	for n := int64(0); n*width < size; n++ {
		w := size - n*width
		if w > width {
			w = width
		}
		entries, err := d.bundle(n, int(w))
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashesForRecordHash(n*width+int64(i), tlog.RecordHash(entry), s)
			if err != nil {
				return nil, err
			}
			s = append(s, hashes...)
		}
	}
	return s, nil
}

func (d folder) checkTiles(reader tlog.HashReader, size int64) error {
	for level := 0; size > 0; level, size = level+1, size/width {
		for n := int64(0); n*width < size; n++ {
			w := size - n*width
			if w > width {
				w = width
			}
			tile := tlog.Tile{H: height, L: level, N: n, W: int(w)}
			want, err := tlog.ReadTileData(tile, reader)
			if err != nil {
				return err
			}
			got, err := d.read(tile)
			if err != nil {
				return err
			}
			if !bytes.Equal(got, want) {
				return fmt.Errorf("%s is not of these entries", tile.Path())
			}
		}
	}
	return nil
}

func (d folder) checkSeen(reader tlog.HashReader, tree tlog.Tree) error {
	data, err := ioutil.ReadFile(filepath.Join(string(d), "seen"))
	if err != nil {
		return nil
	}
	var size int64
	var root string
	if _, err := fmt.Sscanf(strings.Replace(string(data), ":", " ", 1), "%d %s", &size, &root); err != nil {
		return err
	}
	if size > tree.N {
		return errors.New("rolled back")
	}
	if size == 0 {
		return nil
	}
	hash, err := tlog.TreeHash(size, reader)
	if err == nil && fmt.Sprintf("%x", hash[:]) != root {
		err = errors.New("another history")
	}
	return err
}

func (d folder) verify(vkey string) (tree tlog.Tree, err error) {
	text, err := ioutil.ReadFile(filepath.Join(string(d), "checkpoint"))
	if err != nil {
		return
	}
	if tree, err = openCheckpoint(text, vkey); err != nil || tree.N == 0 {
		return
	}
	reader, err := d.build(tree.N)
	if err != nil {
		return
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err == nil && root != tree.Hash {
		err = errors.New("another root")
	}
	if err == nil {
		err = d.checkTiles(reader, tree.N)
	}
	if err == nil {
		err = d.checkSeen(reader, tree)
	}
	return
}

func verifyProof(vkey, path, entryPath string) error {
	text, err := ioutil.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := ioutil.ReadFile(entryPath)
	if err != nil {
		return err
	}
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint(parts[1], vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func main() {
	status := 0
	say := func(err error, format string, args ...interface{}) {
		if err != nil {
			status = 1
			format, args = "wrong %s\n", []interface{}{strings.ReplaceAll(err.Error(), "\n", " ")}
		}
		fmt.Printf(format, args...)
	}
	switch {
	case len(os.Args) > 3 && os.Args[1] == "log":
		for _, dir := range os.Args[3:] {
			tree, err := folder(dir).verify(os.Args[2])
			say(err, "ok %d %x\n", tree.N, tree.Hash[:])
		}
	case len(os.Args) == 5 && os.Args[1] == "proof":
		say(verifyProof(os.Args[2], os.Args[3], os.Args[4]), "ok\n")
	default:
		fmt.Fprintln(os.Stderr, "usage: verify log VKEY DIR... | verify proof VKEY FILE ENTRY")
		status = 2
	}
	os.Exit(status)
}
