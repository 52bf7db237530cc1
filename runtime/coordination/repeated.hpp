#pragma once

#include <vector>

#include <google/protobuf/repeated_field.h>

namespace cohort::runtime::coordination {

/// A message's repeated field as values.
template <class T>
std::vector<T> to_vector(const google::protobuf::RepeatedPtrField<T>& field) {
  return {field.begin(), field.end()};
}

} // namespace cohort::runtime::coordination
