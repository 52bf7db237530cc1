#include "runtime/audit/packed_lines.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <openssl/evp.h>
#include <zstd.h>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::audit {

/// The SHA-256 of what goes through it.
class running_digest {
public:
  void add(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }

  /// Ends it: what stands behind the packed lines, a frame that zstd skips.
  [[nodiscard]] std::string as_frame() && {
    constexpr std::string_view head{"\x50\x2a\x4d\x18\x20\0\0\0", 8};
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(),
                       reinterpret_cast<unsigned char*>(digest.data()), &size);
    return std::string{head} + digest.substr(0, size);
  }

private:
  static EVP_MD_CTX* begin() {
    auto* made = EVP_MD_CTX_new();
    EVP_DigestInit_ex(made, EVP_sha256(), nullptr);
    return made;
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{
    begin(), EVP_MD_CTX_free};
};

namespace {

namespace fs = std::filesystem;

constexpr int window_log_max = 27; // What any zstd takes: 128 MiB.
constexpr size_t piece_bytes = 128U << 10;
constexpr size_t trailer_bytes = 40;

using packer = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;
using unpacker = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

error no_bundle(const std::string& why) {
  return {errc::invalid_message, "it is no bundle of cohort's: " + why};
}

} // namespace

struct line_writer::impl {
  fs::path file;
  fs::path temporary;
  std::ofstream out;
  packer context{nullptr, ZSTD_freeCCtx};
  std::string packed;
  running_digest digest;
  bool is_finished = false;

  ~impl() {
    std::error_code ignored;
    if (!is_finished)
      fs::remove(temporary, ignored);
  }

  [[nodiscard]] error failure() const {
    return {errc::storage_failed,
            "cannot write " + file.string() + ": " + std::strerror(errno)};
  }

  expected<void> put(std::string_view text, ZSTD_EndDirective how) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
      ZSTD_outBuffer to{packed.data(), packed.size(), 0};
      auto left = ZSTD_compressStream2(context.get(), &to, &in, how);
      if (ZSTD_isError(left) != 0)
        return error{errc::internal, ZSTD_getErrorName(left)};
      if (!out.write(packed.data(), static_cast<std::streamsize>(to.pos)))
        return failure();
      digest.add({packed.data(), to.pos});
      if (how == ZSTD_e_continue ? in.pos == in.size : left == 0)
        return {};
    }
  }
};

line_writer::line_writer(std::unique_ptr<impl> ptr) : impl_{std::move(ptr)} {
  // nop
}
line_writer::line_writer(line_writer&&) noexcept = default;
line_writer& line_writer::operator=(line_writer&&) noexcept = default;
line_writer::~line_writer() = default;

expected<line_writer> line_writer::open(const fs::path& file) {
  auto result = std::make_unique<impl>();
  result->file = file;
  result->temporary = workspace::temporary_name(file);
  result->out.open(result->temporary, std::ios::binary | std::ios::trunc);
  if (!result->out)
    return result->failure();
  result->context.reset(ZSTD_createCCtx());
  result->packed.resize(ZSTD_CStreamOutSize());
  return line_writer{std::move(result)};
}

expected<void> line_writer::write(std::string_view line) {
  if (line.size() > line_bytes_max)
    return error{errc::invalid_request,
                 "a bundle takes no file or event of more than "
                   + std::to_string(line_bytes_max * 3 / 4) + " bytes"};
  if (auto done = impl_->put(line, ZSTD_e_continue); !done)
    return done;
  return impl_->put("\n", ZSTD_e_flush);
}

expected<void> line_writer::finish() {
  if (auto done = impl_->put("", ZSTD_e_end); !done)
    return done;
  impl_->out << std::move(impl_->digest).as_frame();
  impl_->out.close();
  if (!impl_->out || rename(impl_->temporary.c_str(), impl_->file.c_str()) != 0)
    return impl_->failure();
  impl_->is_finished = true;
  return {};
}

std::string trailer_of(std::string_view frame) {
  running_digest digest;
  digest.add(frame);
  return std::move(digest).as_frame();
}

expected<byte_source> read_in_pieces(const fs::path& file) {
  auto in = std::make_shared<std::ifstream>(file, std::ios::binary);
  std::error_code failed;
  if (!*in || fs::is_directory(file, failed))
    return error{errc::not_found, "cannot read " + file.string() + ": "
                                    + std::strerror(*in ? EISDIR : errno)};
  return byte_source{[in, file]() -> expected<std::string> {
    std::string piece(piece_bytes, '\0');
    in->read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in->bad())
      return error{errc::storage_failed, "cannot read " + file.string()};
    piece.resize(static_cast<size_t>(in->gcount()));
    return piece;
  }};
}

expected<void>
unpack_lines(const byte_source& source,
             const std::function<expected<void>(std::string_view)>& take) {
  unpacker context{ZSTD_createDCtx(), ZSTD_freeDCtx};
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window_log_max);
  std::string text; // The line that has begun, and what came with it.
  std::string room(ZSTD_DStreamOutSize(), '\0');
  uint64_t total = 0;
  uint64_t lines = 0;
  size_t block = 1; // Bytes of the next one, as far as known.
  auto broken = [&](const std::string& why) {
    return lines == 0
             ? no_bundle(why)
             : error{errc::invalid_message,
                     "behind line " + std::to_string(lines) + ": " + why};
  };
  bool is_whole = false;
  running_digest digest;
  std::string trailer; // What came behind the frame.
  for (;;) {
    auto piece = source();
    if (!piece)
      return piece.error();
    if (piece->empty())
      break;
    if (is_whole) {
      trailer += *piece;
      if (trailer.size() > trailer_bytes)
        break; // Of no use.
      continue;
    }
    ZSTD_inBuffer in{piece->data(), 0, 0};
    bool is_full = false;
    while (!is_whole && (in.pos < piece->size() || is_full)) {
      // No more than a block, or what comes before a damaged one is lost.
      in.size = std::min(piece->size(), in.pos + std::max<size_t>(1, block));
      ZSTD_outBuffer to{room.data(), room.size(), 0};
      auto left = ZSTD_decompressStream(context.get(), &to, &in);
      if (ZSTD_isError(left) != 0)
        return broken(std::string{"it cannot be unpacked: "}
                      + ZSTD_getErrorName(left));
      is_whole = left == 0;
      block = left;
      is_full = to.pos == to.size && !is_whole;
      total += to.pos;
      if (total > packed_bytes_max)
        return no_bundle("it unpacks to more than "
                         + std::to_string(packed_bytes_max) + " bytes");
      auto searched = text.size();
      text.append(room.data(), to.pos);
      size_t begin = 0;
      for (auto end = text.find('\n', searched); end != std::string::npos;
           end = text.find('\n', begin)) {
        ++lines;
        if (auto taken
            = take(std::string_view{text}.substr(begin, end - begin));
            !taken)
          return error{taken.error().code, "line " + std::to_string(lines)
                                             + ": " + taken.error().message};
        begin = end + 1;
      }
      text.erase(0, begin);
      if (text.size() > line_bytes_max)
        return no_bundle("it has a line of more than "
                         + std::to_string(line_bytes_max) + " bytes");
    }
    digest.add(std::string_view{*piece}.substr(0, in.pos));
    trailer = piece->substr(in.pos);
  }
  if (!is_whole || !text.empty())
    return broken("it is cut off");
  if (trailer != std::move(digest).as_frame())
    return broken("its bytes are not those that were written, or it is cut "
                  "off");
  return {};
}

} // namespace cohort::runtime::audit
