#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

/// Who is who in a cluster: a private authority, one certificate a process,
/// and proofs that do not need TLS's help (CAF shows no peer certificate).
///
/// Role and name stand in the certificate's subject (OU and CN). Keys are EC
/// P-256. Only heads may answer as TLS servers (extended key usage), so that a
/// stolen node's certificate cannot pose as a head, although CAF compares no
/// host names.
///
/// Errors: invalid_config for files that cannot be used, storage_failed for
/// those that cannot be written, invalid_request for what was asked,
/// invalid_message for what a peer sent. Each sentence names file or peer, and
/// what to do.
/// Threads: all functions and const members may run at the same time. OpenSSL's
/// error queue, which TLS in the same thread reads, is left as it was.
namespace cohort::runtime::cluster {

using wall_clock = std::chrono::system_clock;

enum class role { head, node, client };

[[nodiscard]] std::string to_string(role value);
/// The role of that name, in lower case.
[[nodiscard]] std::optional<role> role_from(std::string_view text);
/// [A-Za-z0-9._-]{1,64}
[[nodiscard]] bool is_valid_name(std::string_view name);

/// "2027-11-25 01:00 UTC"
[[nodiscard]] std::string utc_text(wall_clock::time_point time);

/// What a certificate says of its holder.
struct identity {
  cluster::role role = role::node;
  std::string name;
  /// When the first certificate of the chain ends.
  wall_clock::time_point expires;

  friend bool operator==(const identity&, const identity&) = default;
};

/// Fails, with what it is and what it should be, unless `who` has the role.
expected<void> require_role(const identity& who, role wanted);

/// PEM. The certificate's file holds the chain, the holder's first.
struct tls_files {
  std::filesystem::path ca;
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// What issue() calls its files: ca.pem, ROLE-NAME.pem and ROLE-NAME.key; where
/// the name is the role's, ROLE.pem and ROLE.key.
[[nodiscard]] tls_files files_of(const std::filesystem::path& folder, role role,
                                 std::string_view name);

/// Makes ca.pem and ca-key.pem (mode 0600), and the folder, for its owner only,
/// when it is missing. Refuses when there is a ca.pem.
expected<void>
make_authority(const std::filesystem::path& folder,
               std::chrono::hours valid = std::chrono::days{3650},
               wall_clock::time_point now = wall_clock::now());

struct certificate_request {
  cluster::role role = role::node;
  std::string name;
  /// Host names and addresses beside `name`, for whoever compares them. Heads
  /// have localhost and its addresses as well.
  std::vector<std::string> hosts;
  std::chrono::hours valid = std::chrono::days{365};
  /// A renewal keeps the key that is there, and replaces one file in one step:
  /// a process that reads its files again at any instant finds a pair that
  /// fits. A new key is two steps; stop the process before.
  bool new_key = false;
};

/// Signs a certificate with the authority of one folder and writes it into
/// another (or the same), which gets a copy of ca.pem too. The key has mode
/// 0600. Files are complete when their names appear.
expected<tls_files> issue(const std::filesystem::path& authority_folder,
                          const certificate_request& request,
                          const std::filesystem::path& into,
                          wall_clock::time_point now = wall_clock::now());

/// Whether a process can run on these files: CAF aborts or hangs on most that
/// are wrong, and takes none at all for "no authentication". They must be
/// there, readable, of a sane size; the key fits, nobody else can read it
/// (group may, when root owns it), the chain leads to the CA, and all is in
/// time.
expected<identity> check_files(const tls_files& files,
                               wall_clock::time_point now = wall_clock::now());

/// What a certificate says of itself, whoever signed it: to be shown, never to
/// be trusted.
struct certificate_facts {
  bool is_authority = false;
  std::optional<cluster::role> role; // None: not one of this cluster's kind.
  std::string name;
  std::vector<std::string> hosts;
  wall_clock::time_point starts;
  wall_clock::time_point expires;
};

/// Facts of the first certificate in the file.
expected<certificate_facts> read_facts(const std::filesystem::path& file);

/// Proves that this process has a certificate's key.
class signer {
public:
  /// Reads the files; a later renewal is seen by a new signer only.
  static expected<signer> load(const tls_files& files);

  /// What the peer's verifier needs.
  [[nodiscard]] const std::string& chain_pem() const;

  /// ECDSA over SHA-256, of the message after a text of our own: who chooses
  /// the message gets no signature that TLS would take.
  [[nodiscard]] expected<std::string> sign(std::string_view message) const;

private:
  struct impl;
  explicit signer(std::shared_ptr<const impl> data);
  std::shared_ptr<const impl> data_;
};

/// Tells who signed a message. Knows one authority (or several, while one is
/// replaced by another).
class verifier {
public:
  static expected<verifier> load(const std::filesystem::path& ca);

  /// Who signed, if the chain leads to the authority, is in time, names role
  /// and holder, and its key signed exactly this message. Input of any kind
  /// gets an error; chains over 64 KiB or 4 certificates are not looked at.
  [[nodiscard]] expected<identity>
  verify(std::string_view chain_pem, std::string_view message,
         std::string_view signature,
         wall_clock::time_point now = wall_clock::now()) const;

private:
  struct impl;
  explicit verifier(std::shared_ptr<const impl> data);
  std::shared_ptr<const impl> data_;
};

} // namespace cohort::runtime::cluster
