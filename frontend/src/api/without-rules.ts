/** Stands in for the generated `buf/validate/validate_pb` in the bundle: the file, without its content. */

import type { GenFile } from '@bufbuild/protobuf/codegenv2'
import { fileDesc } from '@bufbuild/protobuf/codegenv2'

/** A FileDescriptorProto with only the name and the package that the other files import. */
export const file_buf_validate_validate: GenFile = /*@__PURE__*/ fileDesc(
  'ChtidWYvdmFsaWRhdGUvdmFsaWRhdGUucHJvdG8SDGJ1Zi52YWxpZGF0ZQ==',
)
