#include "runtime/cluster/certificates.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/cluster/certificates_build.hpp"
#include "runtime/cluster/certificates_pem.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::certificates_test {

namespace {

using namespace cohort;
using namespace cohort::runtime::cluster;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
namespace fs = std::filesystem;

const wall_clock::time_point now
  = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
constexpr std::chrono::hours year = std::chrono::days{365};

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const fs::path& file, std::string_view text) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << text;
}

unsigned mode_of(const fs::path& file) {
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

/// An authority in ca/, and certificates in the folder itself.
class small_cluster {
public:
  explicit small_cluster(wall_clock::time_point born = now) {
    REQUIRE(make_authority(authority(), 10 * year, born));
  }

  [[nodiscard]] fs::path authority() const {
    return folder_.path() / "ca";
  }
  [[nodiscard]] fs::path members() const {
    return folder_.path() / "members";
  }
  tls_files issued(role who, const std::string& name,
                   wall_clock::time_point at = now,
                   std::vector<std::string> hosts = {}) const {
    auto files = issue(authority(), {who, name, std::move(hosts), year},
                       members(), at);
    REQUIRE_MESSAGE(files, (files ? "" : files.error().message));
    return *files;
  }

private:
  tests::temp_folder folder_;
};

struct proof {
  std::string chain;
  std::string signature;
};

proof proof_of(const tls_files& files, std::string_view message) {
  auto by = signer::load(files);
  REQUIRE(by);
  auto signature = by->sign(message);
  REQUIRE(signature);
  return {by->chain_pem(), *signature};
}

/// Fails with a sentence that has these words in it.
template <class T>
void check_refused(const runtime::expected<T>& result, std::string_view words,
                   runtime::errc code = runtime::errc::invalid_config) {
  REQUIRE(!result);
  INFO(result.error().message);
  CHECK(result.error().code == code);
  CHECK(result.error().message.find(words) != std::string::npos);
}

} // namespace

TEST_CASE("a certificate names role, name and end of its holder") {
  small_cluster cluster;
  for (auto who : {role::head, role::node, role::client}) {
    auto files = cluster.issued(who, "alpha.1_x-y");
    auto found = check_files(files, now);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().message));
    CHECK(found->role == who);
    CHECK(found->name == "alpha.1_x-y");
    CHECK(found->expires == now + year);
    CHECK(mode_of(files.key) == 0600);
    CHECK(files.ca == cluster.members() / "ca.pem");
  }
  CHECK(mode_of(cluster.authority() / "ca-key.pem") == 0600);
  CHECK(mode_of(cluster.authority()) == 0700);
  CHECK(mode_of(cluster.members()) == 0700);
}

TEST_CASE("a signature proves who signed exactly this message") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  REQUIRE(judge);
  for (std::string message :
       {std::string{"nonce"}, std::string{}, std::string(100'000, '\0')}) {
    auto shown = proof_of(files, message);
    auto who = judge->verify(shown.chain, message, shown.signature, now);
    REQUIRE_MESSAGE(who, (who ? "" : who.error().message));
    CHECK(*who == identity{role::node, "alpha", now + year});
    check_refused(judge->verify(shown.chain, message + "x", shown.signature,
                                now),
                  "did not sign", runtime::errc::invalid_message);
  }
}

TEST_CASE("what is signed is no message that its sender could choose") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto shown = proof_of(files, "m");
  auto chain = read_certificates(files.certificate);
  REQUIRE(chain);
  auto signs = [&](std::string_view text) {
    digest_context context{EVP_MD_CTX_new()};
    auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    auto* signature
      = reinterpret_cast<const unsigned char*>(shown.signature.data());
    REQUIRE(EVP_DigestVerifyInit_ex(
              context.get(), nullptr, "SHA256", nullptr, nullptr,
              X509_get0_pubkey(chain->front().get()), nullptr)
            == 1);
    return EVP_DigestVerify(context.get(), signature, shown.signature.size(),
                            bytes, text.size())
           == 1;
  };
  CHECK(!signs("m"));
  CHECK(signs("cohort: proof of a certificate's key, 1\0m"sv));
}

TEST_CASE("other keys, signatures and chains prove nothing") {
  small_cluster cluster;
  small_cluster other;
  auto alpha = cluster.issued(role::node, "alpha");
  auto beta = cluster.issued(role::head, "beta");
  auto stranger = other.issued(role::node, "alpha");
  auto judge = verifier::load(alpha.ca);
  REQUIRE(judge);
  auto mine = proof_of(alpha, "m");
  auto hers = proof_of(beta, "m");
  auto strange = proof_of(stranger, "m");
  auto message = runtime::errc::invalid_message;

  check_refused(judge->verify(mine.chain, "m", hers.signature, now),
                "did not sign", message);
  check_refused(judge->verify(mine.chain, "m", "", now), "did not sign",
                message);
  check_refused(judge->verify(mine.chain, "m", std::string(5000, 'x'), now),
                "did not sign", message);
  check_refused(judge->verify(strange.chain, "m", strange.signature, now),
                "not signed by this cluster's authority", message);
  check_refused(judge->verify(strange.chain + text_of(stranger.ca), "m",
                              strange.signature, now),
                "not signed by this cluster's authority", message);
  // The own certificate must be the first: who holds a node's key is no head.
  check_refused(judge->verify(hers.chain + mine.chain, "m", mine.signature,
                              now),
                "did not sign", message);
  auto padded = judge->verify(mine.chain + text_of(alpha.ca), "m",
                              mine.signature, now);
  CHECK(padded);
}

TEST_CASE("chains have an end, a size and one kind of content") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  REQUIRE(judge);
  auto shown = proof_of(files, "m");
  auto refused = [&](const std::string& pem, std::string_view words) {
    check_refused(judge->verify(pem, "m", shown.signature, now), words,
                  runtime::errc::invalid_message);
  };
  refused("", "empty");
  refused("hello", "no certificate");
  refused(std::string(1000, '\0'), "no certificate");
  refused(std::string(70'000, '-'), "64 KiB");
  refused(shown.chain + shown.chain + shown.chain + shown.chain + shown.chain,
          "more than 4");
  refused(shown.chain + text_of(files.key), "PRIVATE KEY");
  refused(text_of(files.key), "PRIVATE KEY");
  refused("-----BEGIN CERTIFICATE-----\n", "damaged PEM");
  refused(shown.chain.substr(0, shown.chain.size() / 2), "damaged PEM");
  refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
          "damaged certificate");
}

TEST_CASE("what the authority signed and cohort does not make is refused") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  auto ca = read_certificates(cluster.authority() / "ca.pem");
  auto ca_key = read_key(cluster.authority() / "ca-key.pem");
  REQUIRE(judge);
  REQUIRE(ca);
  REQUIRE(ca_key);
  authority by{std::move(ca->front()), std::move(*ca_key)};
  key_owner own{EVP_EC_gen("P-256")};
  auto refused = [&](role who, std::string_view words, auto change,
                     const EVP_MD* digest = EVP_sha256()) {
    auto made = sign_member(by, own.get(), {who, "mallory", {}, year},
                            {"mallory"}, now);
    REQUIRE(made);
    change(made->get());
    X509_sign(made->get(), by.key.get(), digest);
    certificate_list chain;
    chain.push_back(std::move(*made));
    check_refused(judge->verify(pem_of(chain), "m", "s", now), words,
                  runtime::errc::invalid_message);
  };
  auto drop = [](X509* from, int kind) {
    auto at = X509_get_ext_by_NID(from, kind, -1);
    REQUIRE(at >= 0);
    X509_EXTENSION_free(X509_delete_ext(from, at));
  };
  auto add = [](X509* to, int kind, const char* value) {
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> made{
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value)};
    REQUIRE(made);
    REQUIRE(X509_add_ext(to, made.get(), -1) == 1);
  };
  auto subject = [](X509* of, const char* field, std::string_view text) {
    REQUIRE(X509_NAME_add_entry_by_txt(
              X509_get_subject_name(of), field, MBSTRING_ASC,
              reinterpret_cast<const unsigned char*>(text.data()),
              static_cast<int>(text.size()), -1, 0)
            == 1);
  };
  refused(role::node, "did not sign", [](X509*) {});
  for (auto* kind : {"P-384", "secp256k1"})
    refused(role::node, "another kind", [&](X509* it) {
      key_owner key{EVP_EC_gen(kind)};
      REQUIRE(X509_set_pubkey(it, key.get()) == 1);
    });
  for (unsigned bits : {1024U, 2048U})
    refused(role::node, bits < 2048 ? "key too weak" : "another kind",
            [&](X509* it) {
              key_owner key{EVP_RSA_gen(bits)};
              REQUIRE(X509_set_pubkey(it, key.get()) == 1);
            });
  refused(
    role::node, "too weak", [](X509*) {}, EVP_sha1());
  refused(role::node, "authority", [&](X509* it) {
    drop(it, NID_basic_constraints);
    add(it, NID_basic_constraints, "critical,CA:TRUE");
  });
  refused(role::node, "authority",
          [&](X509* it) { drop(it, NID_basic_constraints); });
  refused(role::node, "other uses", [&](X509* it) { drop(it, NID_key_usage); });
  refused(role::node, "other uses", [&](X509* it) {
    drop(it, NID_key_usage);
    add(it, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  });
  refused(role::node, "purpose", [&](X509* it) {
    drop(it, NID_ext_key_usage);
    add(it, NID_ext_key_usage, "codeSigning");
  });
  refused(role::head, "not for TLS servers", [&](X509* it) {
    drop(it, NID_ext_key_usage);
    add(it, NID_ext_key_usage, "clientAuth");
  });
  refused(role::node, "critical extension", [&](X509* it) {
    add(it, NID_name_constraints, "critical,permitted;DNS:x");
    add(it, NID_inhibit_any_policy, "critical,1");
    add(it, NID_sbgp_ipAddrBlock, "critical,IPv4:inherit");
    add(it, NID_netscape_comment, "critical,x");
  });
  // Two roles or names, one of another kind, one with a zero byte.
  refused(role::node, "names no role",
          [&](X509* it) { subject(it, "OU", "head"); });
  refused(role::node, "names no role",
          [&](X509* it) { subject(it, "CN", "beta"); });
  for (std::string_view name : {"a b"sv, ""sv, "x\0y"sv, "x/../y"sv})
    refused(role::node, "names no role", [&](X509* it) {
      std::unique_ptr<X509_NAME, freed_by<X509_NAME_free>> none{
        X509_NAME_new()};
      REQUIRE(X509_set_subject_name(it, none.get()) == 1);
      subject(it, "OU", "node");
      if (!name.empty())
        subject(it, "CN", name);
    });
}

TEST_CASE("time: expired, not yet valid, and an authority that has ended") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  REQUIRE(judge);
  auto shown = proof_of(files, "m");
  auto at = [&](wall_clock::time_point when) {
    auto proved = judge->verify(shown.chain, "m", shown.signature, when);
    auto checked = check_files(files, when);
    CHECK(proved.has_value() == checked.has_value());
    return checked;
  };
  CHECK(at(now - 30min)); // Clocks differ.
  CHECK(at(now + year - 1s));
  check_refused(at(now + year + 1s), "ended on 2027-03-01 00:00 UTC");
  check_refused(at(now - 2h), "begins on 2026-02-28 23:00 UTC");
  check_refused(at(now + 11 * year), "ended on");
}

TEST_CASE("nothing is issued for longer than the authority lasts") {
  small_cluster cluster;
  auto late = issue(cluster.authority(), {role::node, "alpha", {}, year},
                    cluster.members(), now + 9 * year + 24h);
  check_refused(late, "ask for fewer days", runtime::errc::invalid_request);
  for (auto valid : {std::chrono::hours{0}, std::chrono::hours{-5},
                     std::chrono::hours::max()})
    check_refused(issue(cluster.authority(), {role::node, "a", {}, valid},
                        cluster.members(), now),
                  "1 hour to", runtime::errc::invalid_request);
  CHECK(!fs::exists(cluster.members()));
}

TEST_CASE("files that are missing, empty, garbage, too large or no files") {
  small_cluster cluster;
  auto good = cluster.issued(role::node, "alpha");
  auto bad = cluster.members() / "bad";
  for (auto which :
       {&tls_files::ca, &tls_files::certificate, &tls_files::key}) {
    auto files = good;
    files.*which = "";
    check_refused(check_files(files, now), "not named");
    files.*which = cluster.members() / "nowhere" / "x.pem";
    check_refused(check_files(files, now), "is not there");
    files.*which = cluster.members();
    check_refused(check_files(files, now), "no regular file");
    files.*which = bad;
    REQUIRE(mkfifo(bad.c_str(), 0600) == 0);
    check_refused(check_files(files, now), "no regular file");
    fs::remove(bad);
    for (auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {"", "is empty"},
           {"garbage\n", "holds no"},
           {std::string(70'000, 'x'), "64 KiB"}}) {
      write(bad, text);
      fs::permissions(bad, fs::perms::owner_read);
      check_refused(check_files(files, now), words);
      check_refused(check_files(files, now), bad.string());
      CHECK(!signer::load(files).has_value() == (which != &tls_files::ca));
      CHECK(!verifier::load(files.ca).has_value() == (which == &tls_files::ca));
      fs::remove(bad);
    }
  }
}

TEST_CASE("files that do not belong together") {
  small_cluster cluster;
  small_cluster other;
  auto alpha = cluster.issued(role::node, "alpha");
  auto beta = cluster.issued(role::node, "beta");
  auto ca_key = cluster.authority() / "ca-key.pem";

  check_refused(check_files({alpha.ca, alpha.certificate, beta.key}, now),
                "is not the key of");
  check_refused(check_files({other.issued(role::node, "x").ca,
                             alpha.certificate, alpha.key},
                            now),
                "not signed by this cluster's authority");
  check_refused(check_files({alpha.ca, alpha.ca, ca_key}, now),
                "certificate of an authority");
  check_refused(check_files({alpha.certificate, alpha.certificate, alpha.key},
                            now),
                "not the certificate of an authority");
  check_refused(verifier::load(alpha.certificate),
                "not the certificate of an authority");
  check_refused(check_files({alpha.ca, alpha.key, alpha.key}, now),
                "PRIVATE KEY");
  check_refused(check_files({alpha.ca, alpha.certificate, alpha.certificate},
                            now),
                "no private key");
}

TEST_CASE("a key that others can read is refused") {
  small_cluster cluster;
  auto files = cluster.issued(role::head, "head");
  auto with = [&](unsigned mode) {
    REQUIRE(chmod(files.key.c_str(), mode) == 0);
    return check_files(files, now);
  };
  CHECK(with(0400));
  check_refused(with(0644), "mode 0644");
  check_refused(with(0604), "mode 0604");
  check_refused(with(0620), "mode 0620");
  CHECK(with(0640).has_value() == (geteuid() == 0)); // Owned by root.
}

TEST_CASE("a role is asked for") {
  small_cluster cluster;
  auto who = check_files(cluster.issued(role::client, "carol"), now);
  REQUIRE(who);
  CHECK(require_role(*who, role::client));
  check_refused(require_role(*who, role::head),
                "carol is a client's, and a head's is needed",
                runtime::errc::invalid_message);
}

TEST_CASE("names and hosts that could mean something else are refused") {
  small_cluster cluster;
  for (std::string name : {"", "a b", "a/b", "../x", "a\n", "ü", "a,CA:TRUE"}) {
    CHECK(!is_valid_name(name));
    check_refused(issue(cluster.authority(), {role::node, name, {}, year},
                        cluster.members(), now),
                  "is no name", runtime::errc::invalid_request);
  }
  CHECK(!is_valid_name(std::string(65, 'a')));
  CHECK(is_valid_name(std::string(64, 'a')));
  for (std::string host : {"", "a b", "x,IP:1.2.3.4", "1:2", "http://x"})
    check_refused(issue(cluster.authority(), {role::node, "n", {host}, year},
                        cluster.members(), now),
                  "no host name", runtime::errc::invalid_request);
  check_refused(issue(cluster.authority(),
                      {role::node, "n",
                       [] {
                         std::vector<std::string> many;
                         for (int i = 0; i < 65; ++i)
                           many.push_back("h" + std::to_string(i));
                         return many;
                       }(),
                       year},
                      cluster.members(), now),
                "at most 64", runtime::errc::invalid_request);
  CHECK(!fs::exists(cluster.members()));
}

TEST_CASE("facts show hosts, and heads have those of the own machine") {
  small_cluster cluster;
  auto head = cluster.issued(role::head, "head", now,
                             {"10.0.0.7", "fd00::7", "build.example"});
  CHECK(head.certificate.filename() == "head.pem");
  auto facts = read_facts(head.certificate);
  REQUIRE(facts);
  CHECK(facts->hosts
        == std::vector<std::string>{"head", "10.0.0.7", "127.0.0.1", "::1",
                                    "build.example", "fd00::7", "localhost"});
  CHECK(facts->role == role::head);
  CHECK(!facts->is_authority);
  CHECK(facts->starts == now - 1h);
  CHECK(facts->expires == now + year);

  auto node = read_facts(cluster.issued(role::node, "n").certificate);
  REQUIRE(node);
  CHECK(node->hosts == std::vector<std::string>{"n"});
  auto authority = read_facts(head.ca);
  REQUIRE(authority);
  CHECK(authority->is_authority);
  CHECK(!authority->role);
}

TEST_CASE("an authority is not made twice, and a half-made one is completed") {
  small_cluster cluster;
  auto before = text_of(cluster.authority() / "ca.pem");
  check_refused(make_authority(cluster.authority(), year, now), "exists",
                runtime::errc::invalid_request);
  CHECK(text_of(cluster.authority() / "ca.pem") == before);

  auto key = text_of(cluster.authority() / "ca-key.pem");
  fs::remove(cluster.authority() / "ca.pem"); // Killed between the two.
  CHECK(make_authority(cluster.authority(), 10 * year, now));
  CHECK(text_of(cluster.authority() / "ca-key.pem") == key);
  CHECK(check_files(cluster.issued(role::node, "alpha"), now));
}

TEST_CASE("what an authority's folder lacks is said") {
  small_cluster cluster;
  auto attempt = [&] {
    return issue(cluster.authority(), {role::node, "alpha", {}, year},
                 cluster.members(), now);
  };
  auto ca = cluster.authority() / "ca.pem";
  auto key = cluster.authority() / "ca-key.pem";
  fs::permissions(key, fs::perms{0644});
  check_refused(attempt(), "can be read by others");
  fs::remove(key);
  check_refused(attempt(), "ca-key.pem: is not there");
  small_cluster other;
  fs::copy_file(other.authority() / "ca-key.pem", key);
  check_refused(attempt(), "is not the key of");
  fs::remove(ca);
  check_refused(attempt(), "cohort certs ca");
  CHECK(!fs::exists(cluster.members()));
}

TEST_CASE("members of two authorities do not share a folder") {
  small_cluster cluster;
  small_cluster other;
  cluster.issued(role::node, "alpha");
  check_refused(issue(other.authority(), {role::node, "beta", {}, year},
                      cluster.members(), now),
                "of another authority");
}

TEST_CASE("a verifier knows an old and a new authority at once") {
  small_cluster before;
  small_cluster after;
  auto alpha = before.issued(role::node, "alpha");
  auto beta = after.issued(role::node, "beta");
  auto both = before.members() / "both.pem";
  write(both, text_of(alpha.ca) + text_of(beta.ca));
  CHECK(check_files({both, alpha.certificate, alpha.key}, now));
  CHECK(check_files({both, beta.certificate, beta.key}, now));
}

TEST_CASE("a renewal keeps the key; a new key is made when asked for") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto key = text_of(files.key);
  auto running = signer::load(files);
  REQUIRE(running);

  cluster.issued(role::node, "alpha", now + 24h);
  CHECK(text_of(files.key) == key);
  auto renewed = check_files(files, now + 24h);
  REQUIRE(renewed);
  CHECK(renewed->expires == now + 24h + year);
  auto judge = verifier::load(files.ca);
  auto signature = running->sign("m");
  REQUIRE(judge);
  REQUIRE(signature);
  CHECK(judge->verify(running->chain_pem(), "m", *signature, now + 24h));

  certificate_request request{role::node, "alpha", {}, year, true};
  REQUIRE(issue(cluster.authority(), request, cluster.members(), now));
  CHECK(text_of(files.key) != key);
  CHECK(check_files(files, now));
  CHECK(std::distance(fs::directory_iterator{cluster.members()}, {}) == 3);
}

TEST_CASE("files are sound at every instant of renewals by several") {
  small_cluster cluster;
  auto files = files_of(cluster.members(), role::node, "alpha");
  std::array<int, 3> failures{};
  std::vector<std::thread> renewing;
  for (auto& failed : failures)
    renewing.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        failed += !issue(cluster.authority(), {role::node, "alpha", {}, year},
                         cluster.members(), now);
    });
  int unsound = 0;
  for (int i = 0; i < 200; ++i)
    if (fs::exists(files.certificate))
      unsound += !check_files(files, now);
  for (auto& thread : renewing)
    thread.join();
  CHECK(unsound == 0);
  CHECK(failures == std::array<int, 3>{});
  CHECK(check_files(files, now));
}

TEST_CASE("a folder that cannot be written is named") {
  small_cluster cluster;
  auto file = cluster.authority() / "file";
  write(file, "x");
  auto result = issue(cluster.authority(), {role::node, "alpha", {}, year},
                      file / "below", now);
  check_refused(result, file.string(), runtime::errc::storage_failed);
  check_refused(make_authority(file / "below", year, now), file.string(),
                runtime::errc::storage_failed);
}

TEST_CASE("OpenSSL's queue of errors is left as it was") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  REQUIRE(judge);
  ERR_clear_error();
  CHECK(!judge->verify("-----BEGIN CERTIFICATE-----\n", "m", "s", now));
  CHECK(!judge->verify(text_of(files.certificate), "m", "s", now));
  CHECK(!check_files({files.ca, files.certificate, files.ca}, now));
  CHECK(ERR_peek_error() == 0);
  ERR_raise(ERR_LIB_USER, 7);
  CHECK(judge->verify(text_of(files.certificate), "m", "s", now).has_value()
        == false);
  CHECK(ERR_GET_REASON(ERR_peek_error()) == 7);
  ERR_clear_error();
}

TEST_CASE("PEM with changed bytes proves nothing that was not said before") {
  small_cluster cluster;
  auto files = cluster.issued(role::node, "alpha");
  auto judge = verifier::load(files.ca);
  REQUIRE(judge);
  auto shown = proof_of(files, "m");
  auto expected_identity = identity{role::node, "alpha", now + year};
  constexpr std::string_view signs = "-\n =A/+z\0\xff"
                                     "09BEGINCERT";
  int refused = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto chain = shown.chain + (seed % 3 == 0 ? text_of(files.ca) : "");
    auto signature = shown.signature;
    for (auto changes = random() % 4 + 1; changes > 0; --changes) {
      auto& text = random() % 8 == 0 ? signature : chain;
      auto at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = signs[random() % signs.size()];
          break;
        case 1:
          text.erase(at, random() % 70 + 1);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 200));
          break;
        default:
          text[at] = static_cast<char>(text[at] ^ (1 << random() % 8));
      }
      if (text.empty())
        text = "x";
    }
    auto who = judge->verify(chain, "m", signature, now);
    // Text around the blocks, or behind what is needed, may change.
    if (who) {
      CHECK(*who == expected_identity);
      CHECK(signature == shown.signature);
    }
    refused += !who;
  }
  CHECK(refused > 2000);
}

} // namespace cohort::tests::certificates_test
