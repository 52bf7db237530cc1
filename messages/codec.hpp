#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include <google/protobuf/message.h>

#include <caf/deserializer.hpp>
#include <caf/detail/stringification_inspector.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>

namespace cohort::messages::v1 {

/// Largest message that crosses a process border; bulk data goes in chunks.
inline constexpr size_t message_bytes_max = 4U << 20;

/// Lets CAF carry any generated message: protobuf bytes on the wire, protobuf
/// text in logs. Found by ADL, so it sits beside the generated types.
/// Fails with caf::sec::invalid_argument when the bytes do not parse or are
/// more than `message_bytes_max`.
template <class Inspector, std::derived_from<google::protobuf::Message> T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  if constexpr (std::is_same_v<Inspector,
                               caf::detail::stringification_inspector>) {
    auto text = x.GetDescriptor()->name() + "{" + x.ShortDebugString() + "}";
    return f(text);
  } else if constexpr (std::is_base_of_v<caf::serializer, Inspector>) {
    if (x.ByteSizeLong() > message_bytes_max)
      return caf::sec::invalid_argument;
    auto bytes = x.SerializeAsString();
    return f(bytes);
  } else if constexpr (std::is_base_of_v<caf::deserializer, Inspector>) {
    std::string bytes;
    if (auto err = f(bytes))
      return err;
    if (bytes.size() > message_bytes_max || !x.ParseFromString(bytes))
      return caf::error{caf::sec::invalid_argument};
    return caf::none;
  } else {
    auto bytes = x.SerializeAsString();
    return f(bytes);
  }
}

} // namespace cohort::messages::v1
