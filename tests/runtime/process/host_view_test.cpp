#include "runtime/process/host_view.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace cohort::tests::host_view_test {

using namespace cohort::runtime::process;
namespace fs = std::filesystem;

namespace {

/// A home folder, beside others, in a folder that is scratch itself.
struct host {
  temp_folder folder;
  environment_map environment{{"HOME", at("home").string()}};
  process_settings settings;

  [[nodiscard]] fs::path at(const std::string& name) const {
    return folder.path() / name;
  }
  void make(const std::string& name) const {
    fs::create_directories(at(name));
  }
  [[nodiscard]] view_map views() const {
    return host_view(environment, {at("state"), at("certs")}, settings);
  }
  /// What is said of `name`, itself.
  [[nodiscard]] std::optional<view> rule(const std::string& name) const {
    auto all = views();
    auto found = all.find(at(name));
    return found == all.end() ? std::nullopt : std::optional{found->second};
  }
};

} // namespace

TEST_CASE("temporary folders are a program's own") {
  host here;
  here.make("tmp");
  here.make("ccache");
  here.environment["TMPDIR"] = "/usr"; // An odd one, but not below /tmp.
  auto all = here.views();
  for (auto* name : {"/tmp", "/dev/shm", "/usr"})
    CHECK(all.at(name) == view::scratch);
  // Below another one there is nothing to hide.
  here.environment["CCACHE_DIR"] = here.at("ccache");
  CHECK_FALSE(here.rule("ccache"));
  for (auto* odd : {"/", "tmp", "", "/nowhere"}) {
    here.environment["TMPDIR"] = odd;
    CHECK(here.views().count(odd) == 0);
  }
}

TEST_CASE("of a home folder is seen what has no dot, and what builds need") {
  host here;
  for (auto* name : {"home/project", "home/.ssh", "home/.config", "home/.cmake",
                     "home/.local/bin", "home/.local/share"})
    here.make(name);
  std::ofstream{here.at("home/notes.txt")} << "x";
  CHECK(here.rule("home/project") == view::readable);
  CHECK(here.rule("home/notes.txt") == view::readable);
  CHECK(here.rule("home/.cmake") == view::readable);
  CHECK(here.rule("home/.local/bin") == view::readable);
  for (auto* name : {"home/.ssh", "home/.config", "home/.local",
                     "home/.local/share", "home/.pyenv"})
    CHECK_FALSE(here.rule(name));
}

TEST_CASE("a home folder that is no folder of its own hides nothing") {
  host here;
  for (auto* home : {"/", "/nowhere", "relative"}) {
    here.environment["HOME"] = home;
    CHECK(here.views().count(home) == 0);
  }
}

TEST_CASE("the folders of PATH are seen wherever they are") {
  host here;
  here.make("home/.tools/bin");
  here.make("tools");
  here.environment["PATH"] = here.at("home/.tools/bin").string()
                             + ":/usr/bin:" + here.at("missing").string()
                             + "::." + ":" + here.at("tools").string();
  CHECK(here.rule("home/.tools/bin") == view::readable);
  CHECK(here.rule("tools") == view::readable);
  CHECK_FALSE(here.rule("missing"));
  CHECK(here.views().count("/usr/bin") == 0); // It is seen anyway.
}

TEST_CASE("the settings open folders, but never cohort's own") {
  host here;
  for (auto* name : {"state", "certs", "libraries", "cache"})
    here.make(name);
  here.settings.sandbox_readable = {here.at("libraries"), here.at("state")};
  here.settings.sandbox_writable = {here.at("cache"), here.at("state"),
                                    here.at("missing")};
  CHECK(here.rule("libraries") == view::readable);
  CHECK(here.rule("cache") == view::writable);
  CHECK_FALSE(here.rule("missing"));
  CHECK(here.rule("state") == view::hidden_folder);
  CHECK(here.rule("certs") == view::hidden_folder);
}

TEST_CASE("a home folder that is cohort's own shows nothing of it") {
  host here;
  for (auto* name : {"state/store.git", "state/certs", "state-of-others"})
    here.make(name);
  here.environment["HOME"] = here.at("state");
  here.settings.sandbox_readable = {here.at("state/certs"),
                                    here.at("state-of-others")};
  CHECK(here.rule("state") == view::hidden_folder);
  CHECK_FALSE(here.rule("state/store.git"));
  CHECK_FALSE(here.rule("state/certs"));
  CHECK(here.rule("state-of-others") == view::readable);
}

TEST_CASE("links are followed to what they stand for") {
  host here;
  here.make("far/state");
  fs::create_directory_symlink(here.at("far/state"), here.at("state"));
  CHECK(here.rule("far/state") == view::hidden_folder);
  CHECK_FALSE(here.rule("state"));
}

} // namespace cohort::tests::host_view_test
