#include "nodes/tls_errors.hpp"

#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace {

/// The function of that name in the library behind this program.
template <class F>
F* real(const char* name) {
  auto* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::fprintf(stderr, "cohort: OpenSSL has no %s\n", name);
    std::abort(); // The program does not fit its libraries.
  }
  return reinterpret_cast<F*>(found);
}

} // namespace

extern "C" {

int SSL_read(SSL* ssl, void* buffer, int size) {
  static auto* next = real<int(SSL*, void*, int)>("SSL_read");
  ERR_clear_error();
  return next(ssl, buffer, size);
}

int SSL_write(SSL* ssl, const void* buffer, int size) {
  static auto* next = real<int(SSL*, const void*, int)>("SSL_write");
  ERR_clear_error();
  return next(ssl, buffer, size);
}

int SSL_accept(SSL* ssl) {
  static auto* next = real<int(SSL*)>("SSL_accept");
  ERR_clear_error();
  return next(ssl);
}

int SSL_connect(SSL* ssl) {
  static auto* next = real<int(SSL*)>("SSL_connect");
  ERR_clear_error();
  return next(ssl);
}

} // extern "C"

namespace cohort::nodes {

void keep_tls_errors_apart() {
  // Linked, and so in place.
}

} // namespace cohort::nodes
