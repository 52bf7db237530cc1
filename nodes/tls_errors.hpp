#pragma once

namespace cohort::nodes {

/// Keeps the errors of one TLS connection from ending others.
///
/// OpenSSL keeps a queue of errors for each thread, and expects it to be empty
/// before each operation (SSL_get_error(3)). CAF 0.17.6 does not see to that:
/// after a peer that hangs up, or sends garbage, the next operation on any
/// other connection of the I/O thread reads the leftover as its own and closes
/// that connection. So this program puts itself before OpenSSL's functions: it
/// empties the queue, and calls the real one. Does nothing by itself; a program
/// that calls it is linked with those functions.
void keep_tls_errors_apart();

} // namespace cohort::nodes
