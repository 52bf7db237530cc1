#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "runtime/cluster/certificates_pem.hpp"

/// Whether a chain of certificates makes somebody a member of the cluster.
/// Private to the sources of certificates.hpp.
namespace cohort::runtime::cluster {

/// What a certificate's subject says, unproved.
struct subject {
  std::optional<cluster::role> role;
  std::string name;
};
subject subject_of(const X509* certificate);

/// The certificates of a ca.pem.
class authorities {
public:
  /// Errors: what the file lacks; all certificates in it must be authorities'.
  static expected<authorities> load(const std::filesystem::path& file);

  /// The holder of the chain's first certificate, if it leads to one of these
  /// authorities and has the form that cohort gives to certificates.
  [[nodiscard]] expected<identity> identify(const certificate_list& chain,
                                            wall_clock::time_point now,
                                            const origin& from) const;

private:
  using store_owner = std::unique_ptr<X509_STORE, freed_by<X509_STORE_free>>;

  explicit authorities(store_owner store) : store_{std::move(store)} {
    // nop
  }

  store_owner store_;
};

} // namespace cohort::runtime::cluster
