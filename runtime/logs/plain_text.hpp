#pragma once

#include <string>
#include <string_view>

namespace cohort::runtime::logs {

/// A log without its byte order mark, and as UTF-8 when that says that it is
/// UTF-16, as Windows' shells write it. What is no UTF-16 there becomes '?'.
/// What is returned borrows from `bytes`, or from `storage`.
///
/// Pure; linear in the text.
std::string_view plain_text(std::string_view bytes, std::string& storage);

} // namespace cohort::runtime::logs
