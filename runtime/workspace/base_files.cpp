#include "runtime/workspace/base_files.hpp"

#include <array>
#include <system_error>
#include <utility>

#include <openssl/evp.h>

#include "runtime/workspace/file_identity.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

/// The part of `path` below `root`; "" when it is not inside.
std::string path_below(const fs::path& root, const fs::path& path) {
  auto relative = path.lexically_relative(root).string();
  return relative == "." || relative == ".." || relative.starts_with("../")
           ? ""
           : relative;
}

/// Where a name leads, or why it may not be followed.
struct followed {
  std::string path;
  std::optional<objection> closed;
};

followed follow(const fs::path& root, const std::string& name) {
  auto close = [&](refusal why, const std::string& text) {
    return followed{name, objection{why, text}};
  };
  if (name.empty() || name.find('\0') != std::string::npos)
    return close(refusal::unusable_file, "no file is named");
  auto full = root / name; // An absolute name stays.
  std::error_code failed;
  auto real = fs::canonical(full, failed);
  auto path = path_below(root, failed ? full.lexically_normal() : real);
  if (path.empty())
    return close(refusal::outside_workspace,
                 name + " lies outside of the workspace " + root.string());
  if (failed)
    return close(refusal::unusable_file,
                 name + " cannot be read: " + failed.message());
  if (!is_safe_path(path))
    return close(refusal::outside_workspace, name + " belongs to git");
  return {std::move(path), std::nullopt};
}

} // namespace

std::string file_digest(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 32> sum{};
  EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(),
               sum.data(), nullptr);
  std::string result;
  for (auto byte : sum) {
    result += digits[byte >> 4];
    result += digits[byte & 0xf];
  }
  return result;
}

const base_file& base_files::find(const std::string& name) {
  auto [it, is_new] = by_name_.try_emplace(name, nullptr);
  if (is_new) {
    auto where = follow(root_, name);
    if (where.closed) {
      auto& file = closed_[name];
      file.path = std::move(where.path);
      file.closed = std::move(where.closed);
      it->second = &file;
    } else {
      it->second = &read(where.path);
      by_name_.try_emplace(where.path, it->second);
    }
  }
  return *it->second;
}

const base_file& base_files::read(const std::string& path) {
  auto [it, is_new] = by_path_.try_emplace(path);
  auto& file = it->second;
  if (!is_new)
    return file;
  file.path = path;
  auto seen = stat_of(root_ / path);
  auto bytes = read_file(root_ / path);
  if (seen && bytes) {
    file.seen = *seen;
    file.bytes = std::move(*bytes);
  } else {
    file.closed = objection{refusal::unusable_file, bytes
                                                      ? path + " is not there"
                                                      : bytes.error().message};
  }
  return file;
}

void base_files::close_changed(const std::string& path) {
  auto& file = by_path_.at(path);
  file.bytes.clear();
  file.closed = objection{refusal::stale, path
                                            + " changed while its fixes were "
                                              "being applied; try again"};
}

} // namespace cohort::runtime::workspace
