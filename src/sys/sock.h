/* Sockets: listening ones (the supervisor makes them), SEQPACKET pairs, and plain clients for the
 * command line. Every descriptor is close-on-exec. */
#ifndef SYS_SOCK_H
#define SYS_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum { SOCK_BACKLOG = 4096, SOCK_ADDRESS_TEXT = 48 };

struct sockaddr;

/* "HOST:PORT" (numeric IPv4, or [IPv6]:PORT); a listening TCP socket in *fd. ERR_INVALID for an
 * address that is not of that form, ERR_BUSY when the port is taken. */
int sock_listen(const char *address, int *fd) MUST_USE;
/* A listening unix socket at path; a stale one is replaced. */
int sock_listen_unix(const char *path, uint32_t mode, int *fd) MUST_USE;
int sock_connect(const char *address, uint32_t timeout_ms, int *fd) MUST_USE;
int sock_connect_unix(const char *path, int *fd) MUST_USE;
int sock_pair(int fds[2]) MUST_USE;                      /* SOCK_SEQPACKET */
int sock_port(int fd, uint16_t *port) MUST_USE;          /* the bound port */
/* The uid at the other end of a unix socket; ERR_UNSUPPORTED for other sockets. */
int sock_peer_uid(int fd, uint32_t *uid) MUST_USE;
/* The address without its port ("192.0.2.7", "2001:db8::1"); "" for unix sockets and NULL. IPv4 in
 * IPv6 is written as IPv4. */
void sock_format_address(const struct sockaddr *address, char out[SOCK_ADDRESS_TEXT]);
/* Whole writes and bounded reads on a stream, with a timeout in ms for each step. */
int sock_write(int fd, struct str data, uint32_t timeout_ms) MUST_USE;
int sock_read(int fd, void *buf, size_t cap, uint32_t timeout_ms, size_t *got) MUST_USE;
/* Waits until one of poll's events is there; UINT32_MAX waits for ever. ERR_TIMEOUT. */
int sock_wait(int fd, short events, uint32_t timeout_ms) MUST_USE;
void sock_close(int fd);

#endif
