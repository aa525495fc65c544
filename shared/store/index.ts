export { findRole, type Role } from './members'
