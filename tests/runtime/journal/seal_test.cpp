#include "runtime/journal/seal.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <sys/stat.h>

#include "tests/support/temp_folder.hpp"

namespace cohort::tests::seal_test {

using namespace cohort::runtime::journal;
using cohort::runtime::errc;
using cohort::tests::temp_folder;
namespace fs = std::filesystem;

namespace {

signing_key open_key(const fs::path& folder) {
  auto key = signing_key::open(folder);
  INFO(std::string{key ? "" : key.error().message});
  REQUIRE(key.has_value());
  return std::move(*key);
}

public_key open_public(const fs::path& folder) {
  auto key = public_key::read(folder / "audit.pub");
  REQUIRE(key.has_value());
  return std::move(*key);
}

errc why_not(const fs::path& folder) {
  auto key = signing_key::open(folder);
  REQUIRE_FALSE(key.has_value());
  CHECK(key.error().message.find(folder.string()) != std::string::npos);
  return key.error().code;
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("a key is made once, and its secret half is its owner's alone") {
  temp_folder folder;
  auto first = open_key(folder.path());
  struct stat info {};
  REQUIRE(stat((folder.path() / "audit.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  auto again = open_key(folder.path());
  auto seal = first.sign("t", 3, chain_start());
  CHECK(seal.signature == again.sign("t", 3, chain_start()).signature);
  CHECK(open_public(folder.path()).check(seal).has_value());
}

TEST_CASE("a seal with any bit changed does not hold, and neither does one of "
          "another key") {
  temp_folder folder, other;
  auto seal = open_key(folder.path()).sign("task", 12, chain({}, "x"));
  auto key = open_public(folder.path());
  open_key(other.path());
  CHECK_FALSE(open_public(other.path()).check(seal).has_value());
  for (auto* part : {&seal.task_id, &seal.hash, &seal.key, &seal.signature})
    for (size_t bit = 0; bit < 8 * part->size(); ++bit) {
      auto flip = [&] { (*part)[bit / 8] ^= static_cast<char>(1 << bit % 8); };
      flip();
      CHECK_FALSE(key.check(seal).has_value());
      flip();
    }
  ++seal.sequence;
  CHECK_FALSE(key.check(seal).has_value());
  --seal.sequence;
  CHECK(key.check(seal).has_value());
}

TEST_CASE("anybody can check a seal with the openssl program") {
  temp_folder folder;
  auto seal = open_key(folder.path()).sign("t", 2, chain({}, "x"));
  std::ofstream{folder.path() / "statement"} << statement_of(seal);
  std::ofstream{folder.path() / "signature"} << seal.signature;
  auto in = folder.path().string() + '/';
  auto command = "openssl pkeyutl -verify -pubin -rawin -inkey " + in
                 + "audit.pub -in " + in + "statement -sigfile " + in
                 + "signature > /dev/null";
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("a public key comes back from its PEM") {
  temp_folder folder;
  open_key(folder.path());
  auto key = open_public(folder.path());
  CHECK(key.pem() == text_of(folder.path() / "audit.pub"));
  CHECK(public_key::parse(key.pem(), "x")->bytes() == key.bytes());
  auto bad = public_key::parse("no key", "the bundle");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().message.find("the bundle") == 0);
}

TEST_CASE("keys that cannot be used are refused by name") {
  temp_folder folder;
  open_key(folder.path());
  auto secret = folder.path() / "audit.key";
  SUBCASE("one that others may read") {
    fs::permissions(secret, fs::perms{0640});
    CHECK(why_not(folder.path()) == errc::invalid_config);
  }
  SUBCASE("one that is damaged") {
    fs::resize_file(secret, 40);
    CHECK(why_not(folder.path()) == errc::invalid_config);
  }
  SUBCASE("one that is lost, so that nobody takes its place unseen") {
    fs::remove(secret);
    CHECK(why_not(folder.path()) == errc::invalid_config);
  }
  SUBCASE("one of another kind") {
    auto command = "openssl ecparam -name prime256v1 -genkey -noout -out "
                   + secret.string();
    REQUIRE(std::system(command.c_str()) == 0);
    fs::permissions(secret, fs::perms{0600});
    CHECK(why_not(folder.path()) == errc::invalid_config);
  }
  SUBCASE("one in a folder that is not there") {
    CHECK(why_not(folder.path() / "no") != errc::none);
  }
}

TEST_CASE("a public half that is missing or another's is made again") {
  temp_folder folder, other;
  auto seal = open_key(folder.path()).sign("t", 1, chain_start());
  open_key(other.path());
  SUBCASE("missing") {
    fs::remove(folder.path() / "audit.pub");
  }
  SUBCASE("another's") {
    fs::copy_file(other.path() / "audit.pub", folder.path() / "audit.pub",
                  fs::copy_options::overwrite_existing);
  }
  open_key(folder.path());
  CHECK(open_public(folder.path()).check(seal).has_value());
}

} // namespace cohort::tests::seal_test
