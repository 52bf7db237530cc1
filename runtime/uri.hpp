#pragma once

#include <string>
#include <string_view>

namespace cohort::runtime {

/// A part of a URI with "%20" read as the byte that it stands for (RFC 3986,
/// section 2.1); what is no such code stays.
///
/// Pure; any bytes are fine, and may come out.
[[nodiscard]] std::string percent_decoded(std::string_view text);

/// The path of a file's URI, or of one without a scheme, with "%20" and the
/// like read; "" for another scheme. "C:/a" is a path.
///
/// Pure; any bytes are fine, and may come out.
[[nodiscard]] std::string path_of_uri(std::string_view uri);

} // namespace cohort::runtime
