from sikpro.application.ports.queries import OrderFilter as OrderFilter
from sikpro.application.ports.queries import OrderRow as OrderRow
from sikpro.application.ports.storage import StorageError as StorageError
from sikpro.domain.catalogue import Bilingual as Bilingual
from sikpro.domain.catalogue import OrderType as OrderType
from sikpro.domain.catalogue import SiteOperation as SiteOperation
from sikpro.domain.catalogue import Status as Status
from sikpro.domain.catalogue import Sto as Sto
from sikpro.domain.errors import AlreadyTaken as AlreadyTaken
from sikpro.domain.errors import ConcurrencyConflict as ConcurrencyConflict
from sikpro.domain.errors import DomainError as DomainError
from sikpro.domain.errors import DuplicateOrder as DuplicateOrder
from sikpro.domain.errors import ForbiddenMove as ForbiddenMove
from sikpro.domain.errors import InvalidFields as InvalidFields
from sikpro.domain.errors import InvalidValue as InvalidValue
from sikpro.domain.errors import NotFound as NotFound
from sikpro.domain.errors import NotPermitted as NotPermitted
from sikpro.domain.errors import ReasonRequired as ReasonRequired
from sikpro.domain.order import Order as Order
from sikpro.domain.order_data import OrderData as OrderData
from sikpro.domain.people import Person as Person
from sikpro.domain.people import Role as Role
from sikpro.domain.period import Period as Period
from sikpro.domain.phase import Phase as Phase
from sikpro.domain.phase import Turn as Turn
from sikpro.domain.values import OdpName as OdpName
from sikpro.domain.values import RegistrationNumber as RegistrationNumber
from sikpro.domain.values import SerialNumber as SerialNumber
from sikpro.domain.values import StoCode as StoCode
from sikpro.domain.values import TechnicianCode as TechnicianCode
from sikpro.entrypoints.library import Sikpro as Sikpro
from sikpro.entrypoints.library import connect as connect

__version__: str
__all__: list[str]
